import { setTimeout as later } from 'node:timers/promises';
import { type Decision, FailoverBucketStore, RateLimiter, sourceOf } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { provokes } from '@breaking/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { CLIENTS } from './clients.js';
import { COLD_START_MS, inTime } from './inTime.js';
import { Ledger } from './ledger.js';
import { freePort, ownServer, type RedisServer } from './server/redisServer.js';

provokes('BREAKING_STORE_FAILS');

/** Ten tokens, and none returns while a test runs. */
const LIMIT = { capacityMax: 10, restoreRateHz: 1e-6 };
const KEY = 'v2:8:breaking:3:api:a';

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => unhandled.push(error);

beforeEach(() => void process.on('unhandledRejection', onUnhandled));
afterEach(() => {
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0), 'unhandled rejections').toEqual([]);
});

/** A limiter as the adapters create it, on a client with its default options, and the account of its one key. */
class Limited {
  readonly limiter: RateLimiter<FailoverBucketStore>;
  ledger = new Ledger(LIMIT.capacityMax);
  #hasAnswered = false;

  constructor(name: string, server: RedisServer, lease?: { readonly tokens: number }) {
    const { client, close } = (CLIENTS[name] as (typeof CLIENTS)[string])(server.url);
    onTestFinished(close);
    const store = new RedisBucketStore({ client, lease });
    this.limiter = new RateLimiter({
      name: 'api',
      limits: LIMIT,
      store: new FailoverBucketStore({ store, name: 'api' }),
    });
  }

  async check(): Promise<Decision> {
    const decision = await this.#inTime(() => this.limiter.check('a'));
    this.ledger.checked(decision);
    return decision;
  }

  async #inTime(decide: () => Promise<Decision> | Decision): Promise<Decision> {
    const decision = await inTime(decide, this.#hasAnswered ? undefined : COLD_START_MS);
    this.#hasAnswered ||= sourceOf(decision) !== 'local';
    return decision;
  }

  /** Asks until the store has decided this number of requests. A slow machine may need more than one attempt for each. */
  async decidedByStore(requests: number): Promise<void> {
    for (let decided = 0; decided < requests; ) {
      if (sourceOf(await this.check()) !== 'local') decided += 1;
      else await later(5);
    }
  }

  /** Asks this number of times while no server can answer. Returns how many requests were allowed. */
  async allowedHere(requests: number): Promise<number> {
    const { givenHere } = this.ledger;
    for (let request = 0; request < requests; request++) {
      expect(sourceOf(await this.check())).toBe('local');
    }
    return this.ledger.givenHere - givenHere;
  }

  /** Waits until the server decides again, and returns the tokens that it has left. Peeks take nothing. */
  async recovered(): Promise<number> {
    for (;;) {
      const decision = await this.#inTime(() => this.limiter.peek('a'));
      this.ledger.looked(decision);
      if (sourceOf(decision) === 'store') return decision.limits[0]?.tokensLeft as number;
      await later(25);
    }
  }

  /** A server that lost its data gives one whole bucket again, and no more. */
  async givesOneBucket(): Promise<void> {
    this.ledger = new Ledger(LIMIT.capacityMax);
    for (let request = 0; request < 20; request++) await this.check();
    const { givenByStore, decidedHere } = this.ledger;
    expect(givenByStore).toBeLessThanOrEqual(LIMIT.capacityMax);
    expect(givenByStore).toBeGreaterThanOrEqual(LIMIT.capacityMax - decidedHere);
  }
}

const EVERY_CLIENT = Object.keys(CLIENTS);

describe.each(EVERY_CLIENT)('%s with its default options', name => {
  test('continues from the last known state when the server is killed, and returns to the server when it is back', async () => {
    const server = await ownServer();
    const limited = new Limited(name, server);
    await limited.recovered();
    await limited.decidedByStore(4);

    await server.kill();
    const { leftHere } = limited.ledger;
    expect(await limited.allowedHere(20)).toBe(leftHere);

    await server.start();
    // It has lost its data, and the commands that the client queued take nothing from it.
    expect(await limited.recovered()).toBe(10);
    await limited.givesOneBucket();
  });

  test('continues when the server hangs, and takes no tokens from it late', async () => {
    const server = await ownServer();
    onTestFinished(() => server.resume());
    const limited = new Limited(name, server);
    await limited.recovered();
    await limited.decidedByStore(4);

    server.pause();
    const { leftHere, leastInStore, mostInStore } = limited.ledger;
    expect(await limited.allowedHere(20)).toBe(leftHere);

    // A timer of 50 ms may fire a millisecond early. After this the last command is late too.
    await later(60);
    server.resume();
    const left = await limited.recovered();
    expect(left).toBeGreaterThanOrEqual(leastInStore);
    expect(left).toBeLessThanOrEqual(mostInStore);
  });

  test('decides locally until the server starts, and then with the server', async () => {
    const server = await ownServer();
    await server.kill();
    const limited = new Limited(name, server);
    expect(await limited.allowedHere(20)).toBe(10);

    await server.start();
    expect(await limited.recovered()).toBe(10);
  });
});

describe.each(['ioredis 6', 'node-redis 6'])('%s with its default options', name => {
  async function limitedOn(settings: readonly string[] = []) {
    const server = await ownServer(settings);
    const admin = new Redis(server.port, '127.0.0.1');
    onTestFinished(() => admin.disconnect());
    const limited = new Limited(name, server);
    await limited.recovered();
    return { server, admin, limited };
  }

  test('works on when the server has lost its scripts', async () => {
    const { admin, limited } = await limitedOn();
    await limited.decidedByStore(4);
    await admin.script('FLUSH');
    await limited.decidedByStore(20);
    const { givenByStore, decidedHere } = limited.ledger;
    expect(givenByStore).toBeLessThanOrEqual(10);
    expect(givenByStore).toBeGreaterThanOrEqual(10 - decidedHere);
  });

  test('decides locally while the server is out of memory, and leaves no decision half done', async () => {
    const { admin, limited } = await limitedOn();
    await limited.decidedByStore(4);
    const { leftHere, leastInStore, mostInStore } = limited.ledger;
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'maxmemory', '1');
    expect(await limited.allowedHere(1)).toBe(Math.min(1, leftHere));
    await admin.config('SET', 'maxmemory', '0');
    const left = await limited.recovered();
    expect(left).toBeGreaterThanOrEqual(leastInStore);
    expect(left).toBeLessThanOrEqual(mostInStore);
  });

  test('decides locally on a replica, which refuses writes', async () => {
    const { admin, limited } = await limitedOn();
    const primary = await ownServer();
    await admin.replicaof('127.0.0.1', primary.port);
    expect(await limited.allowedHere(1)).toBe(1);
    await admin.replicaof('NO', 'ONE');
    expect(await limited.recovered()).toBeGreaterThan(0);
  });

  test('does not change a key that holds other data, and decides locally', async () => {
    const { admin, limited } = await limitedOn();
    await admin.set(KEY, 'mine');
    expect(await limited.allowedHere(1)).toBe(1);
    expect(await admin.get(KEY)).toBe('mine');
    await admin.del(KEY);
    expect(await limited.recovered()).toBeGreaterThan(0);
  });

  test('spends its lease when the server is killed, then the tokens that were last known to be left', async () => {
    const server = await ownServer();
    const limited = new Limited(name, server, { tokens: 50 });
    await limited.recovered();
    await limited.decidedByStore(4);

    await server.kill();
    const { ledger } = limited;
    const mostGiven = 10 + ledger.decidedHere;
    for (let request = 0; request < 20; request++) {
      expect(sourceOf(await limited.check())).not.toBe('store');
    }
    expect(ledger.leftHere).toBe(0);
    // A batch that the server granted is lost if its response was still on the way.
    expect(ledger.given).toBeGreaterThan(4);
    expect(ledger.given).toBeLessThanOrEqual(mostGiven);

    await server.start();
    expect(await limited.recovered()).toBe(10);
  });

  test('does not wait for a slow server', async () => {
    const { admin, limited } = await limitedOn(['--enable-debug-command', 'yes']);
    let isOver = false;
    const slept = admin.call('DEBUG', 'SLEEP', '0.5').then(() => {
      isOver = true;
    });
    // Each decision is in time, or the check fails. Those after the sleep are the store's.
    while (!isOver) {
      await limited.check();
      await later(5);
    }
    await slept;
    const { leastInStore, mostInStore } = limited.ledger;
    const left = await limited.recovered();
    expect(left).toBeGreaterThanOrEqual(leastInStore);
    expect(left).toBeLessThanOrEqual(mostInStore);
  });
});

test('a store without a failover rejects instead of hanging', async () => {
  const client = new Redis(await freePort(), '127.0.0.1', { maxRetriesPerRequest: 1 });
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  const limiter = new RateLimiter({ name: 'api', limits: LIMIT, store: new RedisBucketStore({ client }) });
  await expect(limiter.check('a')).rejects.toThrow();
});
