import { EventEmitter } from 'node:events';
import { MockClock } from '@breaking/core';
import { circuitBreaker, perMinute, rateLimit } from '@breaking/express';
import { turn } from '@breaking/testkit';
import { createRequest, createResponse } from 'node-mocks-http';
import { expect, test } from 'vitest';

/** A request and a response of node-mocks-http that do not know each other. */
const doubles = () =>
  [createRequest({ ip: '192.0.2.1' }), createResponse({ eventEmitter: EventEmitter })] as const;

test('a rate limit works on doubles of request and response, in a unit test without an app', () => {
  const limit = rateLimit({ ...perMinute(1), clock: new MockClock() });
  let passed = 0;
  const answers = [1, 2].map(() => {
    const [req, res] = doubles();
    limit(req, res, () => passed++);
    return res;
  });
  expect(passed).toBe(1);
  expect(answers.map(res => res.statusCode)).toEqual([200, 429]);
  expect(answers[1]?._getData()).toContain('quota');
  expect(answers[0]?.getHeader('RateLimit')).toBe('"default";r=0;t=60');
});

test('a circuit breaker works on doubles of request and response, in a unit test without an app', async () => {
  const breaker = circuitBreaker({ errorThreshold: 1, timeWindowSecs: 60, clock: new MockClock() });
  const statuses = [];
  for (let i = 0; i < 2; i++) {
    const [req, res] = doubles();
    breaker(req, res, () => void res.status(500).end());
    await turn();
    statuses.push(res.statusCode);
  }
  expect(statuses).toEqual([500, 503]);
});
