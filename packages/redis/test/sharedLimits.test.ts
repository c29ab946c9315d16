import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import {
  DenyCacheBucketStore,
  FailoverBucketStore,
  MockClock,
  perDay,
  RateLimiter,
  sourceOf,
} from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { expectCollected, turn, warned } from '@breaking/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ioredis } from './clients.js';
import { type EmptyServer, emptyServer } from './server/sharedServer.js';

describe('two processes on one server', () => {
  let server: EmptyServer;
  beforeAll(async () => {
    server = await emptyServer();
  });

  /** A limiter as the adapters create it, on a clock that both share. */
  function limited(prefix: string, clock: MockClock) {
    const store = new RedisBucketStore({ client: ioredis(server.port), prefix, deadlineSecs: 60 });
    const failover = new FailoverBucketStore({ store, name: 'login', deadlineSecs: 60 });
    const limits = { capacityMax: 5, restoreRateHz: 1 / 1800 };
    return new RateLimiter({
      name: 'login',
      limits,
      store: new DenyCacheBucketStore({ store: failover }),
      clock,
    });
  }

  test.each<[string, (limiter: ReturnType<typeof limited>) => unknown]>([
    ['a reset', limiter => limiter.reset('a')],
    ['a refund', limiter => limiter.refund('a', 5)],
  ])(
    'follow %s of the other within a second, and ask for a refused key once a second',
    async (name, giveBack) => {
      const clock = new MockClock();
      const [here, elsewhere] = [limited(name, clock), limited(name, clock)];
      await here.check('a', 5);
      expect(sourceOf(await here.check('a'))).toBe('store');

      const admin = ioredis(server.port);
      const calls = async () =>
        Number(/cmdstat_evalsha:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
      const before = await calls();
      for (let tenths = 0; tenths < 50; tenths++) {
        clock.advanceBy(0.1);
        const decisions = await Promise.all(Array.from({ length: 100 }, () => here.check('a')));
        expect(decisions.some(({ allowed }) => allowed)).toBe(false);
      }
      expect((await calls()) - before).toBeLessThanOrEqual(5);

      await giveBack(elsewhere);
      clock.advanceBy(1);
      expect(await here.check('a')).toMatchObject({ allowed: true, limits: [{ tokensLeft: 4 }] });
    },
  );

  test.each([undefined, { tokens: 5 }])(
    'a client holds no reference to a closed store: leases %j',
    async lease => {
      const client = ioredis(server.port);
      const use = async () => {
        const store = new RedisBucketStore({ client, prefix: 'closed', deadlineSecs: 60, lease });
        const limiter = new RateLimiter({ name: 'api', limits: perDay(50), store });
        for (let i = 0; i < 10; i++) await limiter.check('a');
        await store.close();
        return { store: new WeakRef(store), limiter: new WeakRef(limiter) };
      };
      await expectCollected(await use());
    },
  );
});

/** A port of the server with this delay in milliseconds, each way. */
async function distantPort(port: number, ms: number): Promise<number> {
  const proxy = createServer(client => {
    const server = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', chunk => void setTimeout(() => to.write(chunk), ms));
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  onTestFinished(() => void proxy.close());
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return (proxy.address() as AddressInfo).port;
}

test('twelve new clients, 24 ms from the server, get no more than one limit allows', async () => {
  const server = await emptyServer();
  const port = await distantPort(server.port, 12);
  const warnings = warned();
  const began = performance.now();
  const decisions = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const store = new RedisBucketStore({ client: ioredis(port) });
      const failover = new FailoverBucketStore({ store, name: 'api' });
      const limiter = new RateLimiter({ name: 'api', limits: perDay(3), store: failover });
      const decision = await limiter.check('a');
      // A machine that stalls for a second is an outage.
      if (sourceOf(decision) === 'local') expect(performance.now() - began).toBeGreaterThanOrEqual(999);
      return decision;
    }),
  );
  const byStore = decisions.filter(decision => sourceOf(decision) === 'store');
  await turn();
  // Each process has a store of its own.
  const late = Array(12 - byStore.length).fill('BREAKING_STORE_FAILS');
  expect(warnings.map(({ code }) => code)).toEqual(late);
  const allowed = byStore.filter(decision => decision.allowed).length;
  expect(allowed).toBeLessThanOrEqual(3);
  if (byStore.length === 12) expect(allowed).toBe(3);
});
