import { expect, test } from 'vitest';
import { emptyServer } from '../../../packages/redis/test/server/sharedServer.js';
import { mostRestored } from '../../test/requests.js';
import { roundRobin } from '../roundRobin.js';

test('three servers share one limit', async () => {
  const redis = await emptyServer();
  const startMs = performance.now();
  // A long deadline, so that a busy machine does not count as an outage.
  const answers = await roundRobin(redis.url, 12, 60);
  const restored = mostRestored(10, startMs);

  expect(answers.map(({ server }) => server)).toEqual(
    Array(4).fill(['Express 1', 'Express 2', 'Fastify']).flat(),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
  expect(statuses.filter(status => status === 200).length).toBeLessThanOrEqual(10 + restored);
  const left = Number(/^"api";r=(\d+);t=\d+$/.exec(answers[4]?.left ?? '')?.[1]);
  expect(left).toBeGreaterThanOrEqual(5);
  expect(left).toBeLessThanOrEqual(5 + restored);
});
