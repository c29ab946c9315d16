import { expect, test } from 'vitest';
import { emptyServer } from '../../packages/redis/test/server/sharedServer.js';
import { Readme } from './readme.js';
import { mostRestored, statuses } from './requests.js';
import { run, STILL } from './run.js';

/** Starts the servers before and after the move on a page, and returns the results of `ask` for each. */
async function beforeAndAfter<T>(
  name: string,
  ask: (url: string) => Promise<T>,
  env: Record<string, string> = STILL,
): Promise<T[]> {
  const [before, after] = new Readme(`packages/${name}/MIGRATING.md`).programs;
  // A long deadline, so that a busy machine does not count as an outage of Redis.
  const patient = after!.code.replace("name: 'api',", "name: 'api', storeDeadlineSecs: 60,");
  return [
    await ask(await run(before!.code, 'examples', env)),
    await ask(await run(patient, 'examples', env)),
  ];
}

test('after the move from express-rate-limit the same login is refused', async () => {
  const logIn = (url: string, password: string) => {
    const body = JSON.stringify({ account: 'ada', password });
    return fetch(`${url}/login`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  };
  const answers = await beforeAndAfter('express', async url => [
    ...(await statuses(5, () => logIn(url, 'right'))),
    ...(await statuses(11, () => logIn(url, 'wrong'))),
    await (await logIn(url, 'right')).text(),
  ]);

  const each = [...Array(5).fill(200), ...Array(10).fill(401), 429, 'Too many attempts.'];
  expect(answers).toEqual([each, each]);
});

test('after the move from koa-ratelimit the same request is refused', async () => {
  const redis = await emptyServer();
  const answers = await beforeAndAfter(
    'koa',
    async url => {
      const startMs = performance.now();
      const seen = await statuses(20, () => fetch(`${url}/health`));
      let answer = await fetch(url);
      let allowed = 0;
      for (; answer.status === 200; allowed++) answer = await fetch(url);
      expect(allowed).toBeGreaterThanOrEqual(100);
      expect(allowed).toBeLessThanOrEqual(100 + mostRestored(100, startMs));
      return [...seen, answer.status, await answer.text(), answer.headers.get('X-RateLimit-Limit')];
    },
    { REDIS_URL: redis.url },
  );

  const each = [...Array(20).fill(200), 429, 'Slow down, please.', '100'];
  expect(answers).toEqual([each, each]);
});

test('after the move from @fastify/rate-limit the same request is refused', async () => {
  const answers = await beforeAndAfter('fastify', async url => [
    ...(await statuses(5, () => fetch(`${url}/health`))),
    ...(await statuses(3, () => fetch(`${url}/report`))),
    ...(await statuses(2, () => fetch(`${url}/report`, { headers: { 'X-API-Key': 'a' } }))),
    (await fetch(`${url}/nothing`)).headers.get('RateLimit-Limit'),
  ]);

  const each = [...Array(5).fill(200), 200, 200, 429, 200, 200, '100'];
  expect(answers).toEqual([each, each]);
});
