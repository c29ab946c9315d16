import { expect, onTestFinished, test } from 'vitest';
import { RedisServer } from '../../../packages/redis/test/server/redisServer.js';
import { roundRobin } from '../roundRobin.js';

// Real time: a server that gets no answer in 50 ms would count by itself, and a slow machine gets another try.
test('three servers share one limit', { timeout: 60_000, retry: 2 }, async () => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.close());
  const answers = await roundRobin(redis.url, 12);

  expect(answers.map(({ server }) => server)).toEqual(
    Array(4).fill(['Express 1', 'Express 2', 'Fastify']).flat(),
  );
  expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(200), 429, 429]);
  expect(answers[4]?.left).toMatch(/^"api";r=5;t=\d+$/);
});
