import { type BucketStore, DenyCacheBucketStore, LeaseBucketStore } from '@breaking/core';
import { storeContract } from '@breaking/testkit';
import { beforeAll } from 'vitest';
import { type SharedServer, sharedServer } from './server/sharedServer.js';
import { SimulatedClock, storeInSimulatedTime } from './simulatedTime.js';

let server: SharedServer;

beforeAll(async () => {
  server = await sharedServer();
});

let opened = 0;

/** Each test has a prefix of its own: stores with different prefixes share nothing. */
function opening(wrapped: (store: BucketStore) => BucketStore) {
  return () => {
    const clock = new SimulatedClock();
    const { store, client } = storeInSimulatedTime(server, `test ${process.pid} ${opened++}`);
    return {
      store: wrapped(store),
      clock,
      advanceBy: (secs: number) => clock.advanceBy(secs),
      close: () => client.disconnect(),
    };
  };
}

storeContract(
  'RedisBucketStore',
  opening(store => store),
);
storeContract(
  'RedisBucketStore with leases, behind a deny cache',
  opening(store => new DenyCacheBucketStore({ store: new LeaseBucketStore({ store, tokens: 20 }) })),
);
