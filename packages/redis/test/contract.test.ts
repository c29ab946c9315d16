import { storeContract } from '@breaking/testkit';
import { afterAll, beforeAll } from 'vitest';
import { type SharedServer, sharedServer } from './server/sharedServer.js';
import { SimulatedClock, storeInSimulatedTime } from './simulatedTime.js';

let server: SharedServer;

beforeAll(async () => {
  server = await sharedServer();
}, 120_000);

afterAll(() => server.close());

let opened = 0;

storeContract('RedisBucketStore', () => {
  const clock = new SimulatedClock();
  // Stores of different prefixes share nothing: each test has one.
  const { store, client } = storeInSimulatedTime(server, `test ${process.pid} ${opened++}`);
  return {
    store,
    clock,
    advanceBy: secs => clock.advanceBy(secs),
    close: () => client.disconnect(),
  };
});
