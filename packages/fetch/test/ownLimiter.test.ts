import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MockClock, perSecond } from '@breaking/core';
import { rateLimit } from '@breaking/express';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { protect } from '../src/index.js';
import { running } from './scriptedServer.js';
import { watchWire } from './wire.js';

test('50 callers of our own limiter get few 429s after the first second', async () => {
  const clock = new MockClock();
  const app = express();
  app.use(rateLimit({ name: 'api', ...perSecond(20), clock }));
  app.get('/', (_req, res) => void res.send('hello'));
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  watchWire(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const statuses: number[] = [];
  const fetches = protect(fetch, { clock, maxWaitSecs: 60 });
  const caller = async () => {
    while (clock.time < 6) {
      const response = await fetches(url);
      await response.text();
      if (clock.time >= 1) statuses.push(response.status);
    }
  };
  await running(clock, Promise.all(Array.from({ length: 50 }, caller)), 0.01);

  const refused = statuses.filter(status => status === 429).length;
  expect(statuses.length).toBeGreaterThan(60);
  expect(refused / statuses.length).toBeLessThanOrEqual(0.1);
});
