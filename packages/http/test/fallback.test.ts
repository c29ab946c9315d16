import { createServer } from 'node:http';
import { type CallMessage, MockClock } from '@breaking/core';
import { heard, listen, turn } from '@breaking/testkit';
import { expect, test } from 'vitest';
import { nodeHttp } from './nodeHttp.js';

test('a fallback counts for its own breaker, not for the breaker that refused', async () => {
  const calls: readonly CallMessage[] = heard('breaking:circuit_breaker:call');
  const { circuitBreaker } = nodeHttp();
  const options = { errorThreshold: 1, timeWindowSecs: 60, clock: new MockClock() };
  const primary = circuitBreaker({ ...options, name: 'primary', rejectWith: 'error' });
  const fallback = circuitBreaker({ ...options, name: 'fallback' });
  const served = await listen(
    createServer((req, res) => {
      const fail = () => void res.writeHead(500).end();
      primary(req, res, error => (error === undefined ? fail() : fallback(req, res, fail)));
    }),
  );
  for (const status of [500, 500, 503]) {
    expect((await served.get()).status).toBe(status);
    await turn();
  }
  expect(calls.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'primary failure',
    'primary refused',
    'fallback failure',
    'primary refused',
    'fallback refused',
  ]);
});
