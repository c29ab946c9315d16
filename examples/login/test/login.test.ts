import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type BucketStore, type Clock, FailoverBucketStore, MockClock } from '@breaking/core';
import { rateLimit } from '@breaking/express';
import { RedisBucketStore } from '@breaking/redis';
import express from 'express';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { emptyServer, type SharedServer } from '../../../packages/redis/test/server/sharedServer.js';
import { close, listen } from '../../servers.js';
import { statuses } from '../../test/requests.js';
import { createApp as createExpressApp } from '../express.js';
import { createApp as createFastifyApp } from '../fastify.js';
import { createApp as createKoaApp } from '../koa.js';
import { isRight as isRightByHash } from '../passwords.js';

interface Options {
  readonly store?: BucketStore;
  readonly clock: Clock;
  readonly isRight: (account: string, password: string) => boolean | Promise<boolean>;
}

const frameworks: [string, (options: Options) => Promise<Server>][] = [
  ['Express', async options => createServer(createExpressApp(options))],
  ['Koa', async options => createServer(createKoaApp(options).callback())],
  [
    'Fastify',
    async options => {
      const app = await createFastifyApp(options);
      await app.ready();
      return app.server;
    },
  ],
];

let redis: SharedServer;
let client: Redis;
let stores = 0;
beforeAll(async () => {
  redis = await emptyServer();
  client = new Redis(redis.url);
  await once(client, 'ready');
});
afterAll(() => client.disconnect());

const inMemory = (): BucketStore | undefined => undefined;
// A long deadline, so that a busy machine does not count as an outage.
const inRedis = (): BucketStore =>
  new FailoverBucketStore({
    store: new RedisBucketStore({ client, prefix: `login ${stores++}`, deadlineSecs: 30 }),
    name: 'login',
    deadlineSecs: 30,
  });

/** The hashes of `passwords.js` cost what they are meant to cost. */
const isRight = (account: string, password: string) =>
  (account === 'ada' && password === 'lovelace') || (account === 'bob' && password === 'builder');

test('README.md shows express.js unchanged', () => {
  const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

  expect(read('README.md')).toContain(`\`\`\`js\n${read('express.js')}\`\`\``);
});

test.each([5, 50])('with the lockout in README.md, %i wrong passwords lock a key for 15 minutes', async n => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(page).toContain(
    'capacityMax: 5, restoreRateHz: 5 / 900, lockout: { after: 1, withinSecs: 900, forSecs: 900 }',
  );
  const clock = new MockClock();
  const byAccount = rateLimit({
    ...{ name: 'login-account', keyOf: () => 'ada', clock },
    ...{ capacityMax: n, restoreRateHz: n / 900, lockout: { after: 1, withinSecs: 900, forSecs: 900 } },
  });
  const app = express();
  app.get('/', byAccount, (_req, res) => void res.status(401).end());
  const server = createServer(app);
  onTestFinished(() => close(server));
  const url = await listen(server);
  const tries = (times: number) => statuses(times, () => fetch(url));

  const untilRefused = [...Array(n).fill(401), 429];
  expect(await tries(n + 1)).toEqual(untilRefused);
  clock.advanceBy(899);
  expect(await tries(1)).toEqual([429]);
  clock.advanceBy(1);
  expect(await tries(n + 1)).toEqual(untilRefused);
  await byAccount.limiter.reset('ada');
  expect(await tries(1)).toEqual([401]);
});

test('passwords are compared by their hashes', async () => {
  expect(await isRightByHash('ada', 'lovelace')).toBe(true);
  expect(await isRightByHash('ada', 'builder')).toBe(false);
  expect(await isRightByHash('nobody', 'lovelace')).toBe(false);
});

describe.each(
  frameworks.flatMap(([framework, serve], i) => [
    { framework, where: 'memory', serve, storeOf: inMemory },
    // What a store does is the same on each framework.
    ...(i === 0 ? [{ framework, where: 'Redis', serve, storeOf: inRedis }] : []),
  ]),
)('the login of $framework, in $where', ({ serve, storeOf }) => {
  async function served(check: Options['isRight'] = isRight) {
    const store = storeOf();
    const server = await serve({ clock: new MockClock(), isRight: check, ...(store && { store }) });
    onTestFinished(() => close(server));
    const url = await listen(server);
    const post = async (body: unknown) => {
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(`${url}/login`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    };
    const logIn = (account: string, password: string) => post({ account, password });
    return { url, post, logIn };
  }
  const login = async () => (await served()).logIn;

  test('refuses an account after five wrong passwords, even with the right one', async () => {
    const logIn = await login();
    for (let i = 0; i < 5; i++) expect(await logIn('ada', 'wrong')).toBe(401);

    expect(await logIn('ada', 'lovelace')).toBe(429);
    expect(await logIn('bob', 'builder')).toBe(200);
  });

  test('treats spellings of an account name as the same account', async () => {
    const logIn = await login();
    for (const account of ['ada', 'Ada', 'ADA', ' ada', 'aDa '])
      expect(await logIn(account, 'wrong')).toBe(401);

    expect(await logIn('ada', 'lovelace')).toBe(429);
  });

  test('answers 400 to a malformed login, without counting it', async () => {
    const { url, post, logIn } = await served();
    for (const body of [{}, { account: 'ada' }, { password: 'wrong' }, { account: {}, password: [] }]) {
      expect(await post(body)).toBe(400);
    }
    expect((await fetch(`${url}/login`, { method: 'POST' })).status).toBe(400);
    for (let i = 0; i < 60; i++) await post({});

    expect(await logIn('ada', 'lovelace')).toBe(200);
  });

  test('does not count right passwords, however often they are sent', async () => {
    const logIn = await login();
    for (let i = 0; i < 60; i++) expect(await logIn('ada', 'lovelace')).toBe(200);
  });

  test('welcomes right passwords of one account that come together', async () => {
    const logIn = await login();
    const together = () => Promise.all(Array.from({ length: 8 }, () => logIn('ada', 'lovelace')));

    expect(await together()).toEqual(Array(8).fill(200));
    expect(await together()).toEqual(Array(8).fill(200));
  });

  test('checks at most five of many wrong passwords that come together', async () => {
    let checked = 0;
    const { logIn } = await served(async () => {
      checked += 1;
      await new Promise(resolve => setImmediate(resolve));
      return false;
    });
    const statuses = await Promise.all(Array.from({ length: 30 }, () => logIn('ada', 'wrong')));

    expect(checked).toBe(5);
    expect(statuses.filter(status => status === 401).length).toBe(5);
    expect(statuses.filter(status => status === 429).length).toBe(25);
  });

  // The keys of accounts that are called like the key of an address have a prefix.
  test.each(['ada', 'ip:ada', 'key:ada'])(
    'forgets the wrong passwords of the account %s after a right one',
    async account => {
      const { logIn } = await served((_, password) => password === 'lovelace');
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 4; i++) expect(await logIn(account, 'wrong')).toBe(401);
        expect(await logIn(account, 'lovelace')).toBe(200);
      }
    },
  );

  test("an attack on one account takes at most five tokens from the attacker's address", async () => {
    const logIn = await login();
    for (let i = 0; i < 70; i++) await logIn('ada', 'wrong');

    expect(await logIn('bob', 'builder')).toBe(200);
  });

  test('counts tries of clients that do not wait for the response', async () => {
    let tries = 0;
    let answer = () => {};
    const { logIn, url } = await served(async () => {
      tries += 1;
      await new Promise<void>(resolve => {
        answer = resolve;
      });
      return false;
    });
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ account: 'ada', password: 'wrong' });
    while (tries < 5) {
      const before: number = tries;
      const controller = new AbortController();
      const gone = fetch(`${url}/login`, { method: 'POST', headers, body, signal: controller.signal });
      gone.catch(() => {});
      while (tries === before) await new Promise(resolve => setImmediate(resolve));
      controller.abort();
      await gone.catch(() => {});
      answer();
    }

    expect(await logIn('ada', 'lovelace')).toBe(429);
  });

  test('refuses an address that tries one account after another', async () => {
    const logIn = await login();
    for (let i = 0; i < 50; i++) expect(await logIn(`nobody ${i}`, 'wrong')).toBe(401);

    expect(await logIn('bob', 'builder')).toBe(429);
  });
});
