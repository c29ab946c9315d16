import { FailoverBucketStore, perDay, RateLimiter, sourceOf } from '@breaking/core';
import { RedisBucketStore, type RedisClient } from '@breaking/redis';
import { freePort, turn, warned } from '@breaking/testkit';
import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ioredis } from './clients.js';
import { ownServer } from './server/redisServer.js';

/** The process warning when a limit on this client makes a decision. By default a busy server has time to answer. */
async function warningFor(client: RedisClient, deadlineSecs = 60): Promise<string> {
  const warnings = warned();
  const store = new FailoverBucketStore({
    store: new RedisBucketStore({ client }),
    name: 'api',
    deadlineSecs,
  });
  const limiter = new RateLimiter({ name: 'api', limits: perDay(2), store });
  expect(sourceOf(await limiter.check('a'))).toBe('local');
  await turn();
  expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_STORE_FAILS']);
  return warnings[0]?.message as string;
}

async function administered(settings: readonly string[] = []) {
  const server = await ownServer(settings);
  return { server, admin: ioredis(server.port) };
}

describe('the warning about a failing store says what to do about', () => {
  test('a wrong password, with both clients', async () => {
    const { port, url } = await ownServer(['--requirepass', 'right']);
    expect(await warningFor(ioredis(port, { password: 'wrong' }))).toContain(
      "Check the client's user name and password",
    );
    expect(await warningFor(ioredis(port))).toContain("Check the client's user name and password");
    const client = createClient({ url });
    client.on('error', () => {});
    // It retries forever.
    client.connect().catch(() => {});
    onTestFinished(() => client.destroy());
    expect(await warningFor(client as never)).toMatch(/password/);
  });

  test('a wrong port, though the client keeps its commands', async () => {
    expect(await warningFor(ioredis(await freePort()), 0.05)).toMatch(
      /took longer than .*The client has no connection \(status "\w+"\)\. Check its host, port and password/,
    );
  });

  test('a connect() that was forgotten', async () => {
    expect(await warningFor(createClient() as never)).toMatch(
      /The client is closed.*Call its connect\(\) first/,
    );
  });

  test('commands that the user may not run', async () => {
    const { server, admin } = await administered();
    await admin.call(
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>pass',
      '~*',
      '+@connection',
      '+info',
      '+evalsha',
      '+eval',
      '+time',
    );
    const client = ioredis(server.port, { username: 'app', password: 'pass' });
    expect(await warningFor(client)).toMatch(
      /Allow the client's user \+evalsha .* \+set \+del on the keys of the store/,
    );
  });

  test('a replica', async () => {
    const { server, admin } = await administered();
    await admin.replicaof('127.0.0.1', (await ownServer()).port);
    expect(await warningFor(ioredis(server.port))).toContain('Connect the client to the primary');
  });

  test('a Cluster, asked by a client for one server', async () => {
    const busPort = await freePort();
    const { server } = await administered(['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`]);
    expect(await warningFor(ioredis(server.port))).toContain('Use a client for a Cluster');
  });

  test('a server that answers later than the deadline', async () => {
    const server = await ownServer();
    onTestFinished(() => server.resume());
    const warnings = warned();
    const client = ioredis(server.port);
    // The client is connected before the failover asks, so that only the pause is late.
    await client.ping();
    const store = new RedisBucketStore({ client });
    const failover = new FailoverBucketStore({ store, name: 'api' });
    const limiter = new RateLimiter({ name: 'api', limits: perDay(2), store: failover });
    while (sourceOf(await limiter.peek('a')) !== 'store');
    server.pause();
    await limiter.check('a');
    await turn();
    expect(warnings.at(-1)?.message).toContain(
      'took longer than 0.05 s). Until it does, each process counts by itself, so that all together allow a multiple of the limit. ' +
        'The deadline is 0.05 s. If the store needs longer, set storeDeadlineSecs.',
    );
  });

  test('a client with a different call signature', async () => {
    const http = {
      evalsha: async (_sha: string, keys: string[]) => [...keys],
      eval: async (_script: string, keys: string[]) => [...keys],
    };
    expect(await warningFor(http as never)).toContain('one of ioredis, iovalkey or node-redis');
    const callbacks = { evalsha: () => true, eval: () => true };
    expect(await warningFor(callbacks as never)).toContain('its evalsha must return a promise, got true');
  });
});

describe('a client that takes callbacks is refused at construction:', () => {
  test.each<[string, object]>([
    ['redis 3', { evalsha() {}, EVALSHA() {}, eval() {} }],
    ['legacyMode', { evalSha() {}, eval() {}, options: { legacyMode: true } }],
    ['legacy()', createClient().legacy()],
  ])('%s', (_, client) => {
    expect(() => new RedisBucketStore({ client: client as never })).toThrow(
      /^RedisBucketStore: client must return promises, got .*: use /,
    );
  });
});
