import { expect, onTestFinished, test } from 'vitest';
import { RedisServer } from '../../../packages/redis/test/server/redisServer.js';
import { roundRobin } from '../roundRobin.js';

test('three servers share one limit', async () => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.close());
  // A long deadline, so that a busy machine does not count as an outage.
  const answers = await roundRobin(redis.url, 12, 60);

  expect(answers.map(({ server }) => server)).toEqual(
    Array(4).fill(['Express 1', 'Express 2', 'Fastify']).flat(),
  );
  expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(200), 429, 429]);
  expect(answers[4]?.left).toMatch(/^"api";r=5;t=\d+$/);
});
