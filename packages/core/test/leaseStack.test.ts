import {
  type BucketStore,
  type Decision,
  DenyCacheBucketStore,
  FailoverBucketStore,
  LeaseBucketStore,
  type Limit,
  MemoryBucketStore,
  RateLimiter,
  sourceOf,
} from '@breaking/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';

provokes('BREAKING_STORE_FAILS');

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const nowSecs = () => performance.now() / 1000;
const clock = { secondsSinceEpoch: nowSecs };
/** On the fake timers, so it takes no real time. */
const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The connection of one process to a shared store: operations travel one way in order, and answers travel back. */
class Connection implements BucketStore {
  readonly #server: MemoryBucketStore;
  readonly #tripMs: () => number;
  /** Whether an operation fails halfway. */
  isFailing = () => false;
  /** Whether an operation is never answered. */
  isLost = () => false;
  asked: string[] = [];
  #thereMs = 0;
  #backMs = 0;

  constructor(server: MemoryBucketStore, tripMs: () => number) {
    this.#server = server;
    this.#tripMs = tripMs;
  }

  check(key: string, limits: readonly Limit[], cost: number): Promise<Decision> {
    return this.#travel(`check ${cost}`, () => this.#server.check(key, limits, cost, nowSecs()));
  }

  peek(key: string, limits: readonly Limit[], cost: number): Promise<Decision> {
    return this.#travel(`peek ${cost}`, () => this.#server.peek(key, limits, cost, nowSecs()));
  }

  refund(key: string, limits: readonly Limit[], n: number): Promise<void> {
    return this.#travel(`refund ${n}`, () => this.#server.refund(key, limits, n, nowSecs()));
  }

  reset(key: string): Promise<void> {
    return this.#travel('reset', () => this.#server.reset(key));
  }

  async #travel<T>(operation: string, operate: () => T): Promise<T> {
    this.asked.push(operation);
    const [isFailing, isLost] = [this.isFailing(), this.isLost()];
    this.#thereMs = Math.max(this.#thereMs, performance.now() + this.#tripMs());
    await sleep(this.#thereMs - performance.now());
    if (isLost) return new Promise(() => {});
    if (isFailing) throw new Error('down');
    const answer = operate();
    this.#backMs = Math.max(this.#backMs, performance.now() + this.#tripMs());
    await sleep(this.#backMs - performance.now());
    return answer;
  }
}

/** The stores as the adapters stack them. */
function stackOn(store: BucketStore) {
  return new DenyCacheBucketStore({ store: new FailoverBucketStore({ store, name: 'api' }) });
}

const TOKENS = 50;
const PROCESSES = 4;
const CALLERS = 8;
const SECS = 0.25;

interface Crowd {
  readonly rttMs: number;
  readonly limits: { readonly capacityMax: number; readonly restoreRateHz: number };
  readonly seed: number;
}

/** Four processes with 8 callers each, which repeat requests 0 to 4 ms after each answer, for a quarter of a second. */
async function crowd({ rttMs, limits, seed }: Crowd) {
  const random = seeded(seed);
  const server = new MemoryBucketStore();
  const sources: Record<string, number> = {};
  const allowedAt: number[] = [];
  let longestMs = 0;
  const connections = Array.from({ length: PROCESSES }, () => {
    // Each way takes half of the round trip, a tenth more or less.
    return new Connection(server, () => (rttMs / 2) * (0.9 + random() / 5));
  });
  const ends = connections.flatMap(connection => {
    const store = stackOn(new LeaseBucketStore({ store: connection, tokens: TOKENS }));
    const limiter = new RateLimiter<BucketStore>({ name: 'api', limits, store, clock });
    return Array.from({ length: CALLERS }, async () => {
      while (nowSecs() < begun + SECS) {
        const askedMs = performance.now();
        const decision = await limiter.check('hot');
        longestMs = Math.max(longestMs, performance.now() - askedMs);
        sources[sourceOf(decision)] = (sources[sourceOf(decision)] ?? 0) + 1;
        if (decision.allowed) allowedAt.push(nowSecs());
        await sleep(random() * 4);
      }
    });
  });
  await vi.advanceTimersByTimeAsync(SECS * 1000 + 200);
  await Promise.all(ends);
  const trips = connections.reduce((sum, { asked }) => sum + asked.length, 0);
  return { sources, allowedAt, longestMs, trips };
}

let begun = 0;
beforeEach(() => {
  begun = nowSecs();
});

/** The most tokens above its refill that any interval received. */
function mostAtOnce(allowedAt: readonly number[], restoreRateHz: number): number {
  let [excess, most, last] = [0, 0, 0];
  for (const at of allowedAt) {
    excess = Math.max(0, excess - (at - last) * restoreRateHz) + 1;
    most = Math.max(most, excess);
    last = at;
  }
  return most;
}

describe.each([0, 8, 22])('with a deny cache and a failover around it, %d ms from the store', rttMs => {
  test('a scarce key is never decided elsewhere, and the bound holds', async () => {
    const limits = { capacityMax: 200, restoreRateHz: 500 };
    const { sources, allowedAt, longestMs } = await crowd({ rttMs, limits, seed: 1 });
    expect(sources).not.toHaveProperty('local');
    expect(mostAtOnce(allowedAt, 500)).toBeLessThanOrEqual(200 + PROCESSES * TOKENS + 500 * (rttMs / 1000));
    // And no fewer than the bucket gives, except for what is held at the end.
    expect(allowedAt.length).toBeGreaterThan(200 + 500 * SECS - PROCESSES * TOKENS);
    expect(allowedAt.length).toBeLessThanOrEqual(200 + 500 * (SECS + rttMs / 1000) + 1);
    // Timers are at most a millisecond late, twice for each way.
    expect(longestMs).toBeLessThan(rttMs * 2.2 + 5);
  });
});

test.each([0, 8])(
  "a plentiful key, %d ms from the store, is given out with a tenth of the round trips, and all decisions are the store's",
  async rttMs => {
    const limits = { capacityMax: 100_000, restoreRateHz: 100_000 };
    const { sources, allowedAt, trips } = await crowd({ rttMs, limits, seed: 4 });
    expect(sources).not.toHaveProperty('local');
    expect(trips).toBeLessThan(allowedAt.length / 10);
  },
);
describe.each([28])('%d ms from the store, too far for two round trips', rttMs => {
  test("no request waits for a batch, and all decisions are the store's", async () => {
    const limits = { capacityMax: 200, restoreRateHz: 500 };
    const { sources, longestMs } = await crowd({ rttMs, limits, seed: 5 });
    expect(sources).not.toHaveProperty('local');
    expect(longestMs).toBeLessThan(rttMs * 1.2);
  });
});

/** A limiter that is near its store, and holds no tokens. */
async function near(rttMs: number, limits = { capacityMax: 1000, restoreRateHz: 1e-6 }) {
  const server = new MemoryBucketStore();
  const connection = new Connection(server, () => rttMs / 2);
  const store = new LeaseBucketStore({ store: connection, tokens: TOKENS });
  const limiter = new RateLimiter<BucketStore>({ name: 'api', limits, store: stackOn(store), clock });
  for (let request = 0; request < 3; request++) {
    void limiter.check('a');
    await vi.advanceTimersByTimeAsync(rttMs + 1);
  }
  return { server, connection, store, limiter };
}

test('a batch that is lost costs no request its decision: they ask alone in time', async () => {
  const { connection, limiter } = await near(8);
  await vi.advanceTimersByTimeAsync(100);
  let isFirst = true;
  connection.isLost = () => {
    const is = isFirst;
    isFirst = false;
    return is;
  };
  connection.asked = [];
  const answers = Array.from({ length: 30 }, () => limiter.check('a'));
  await vi.advanceTimersByTimeAsync(60);
  const decisions = await Promise.all(answers);
  expect(decisions.map(sourceOf)).not.toContain('local');
  expect(decisions.every(decision => decision.allowed)).toBe(true);
  expect(connection.asked.length).toBeGreaterThan(10);
});

test('a batch that fails is one error for the breaker, however many wait for it', async () => {
  const { connection, limiter } = await near(8);
  await vi.advanceTimersByTimeAsync(100);
  connection.isFailing = () => true;
  const answers = Array.from({ length: 30 }, () => limiter.check('a'));
  await vi.advanceTimersByTimeAsync(60);
  expect((await Promise.all(answers)).map(sourceOf)).toContain('local');
  connection.isFailing = () => false;
  const next = limiter.check('b');
  await vi.advanceTimersByTimeAsync(60);
  expect(sourceOf(await next)).toBe('store');
});

test('errors of single requests open the breaker, if no request waits for a batch', async () => {
  const { connection, limiter } = await near(8);
  connection.isFailing = () => true;
  const answers = Array.from({ length: 30 }, (_, i) => limiter.check(`key ${i}`));
  await vi.advanceTimersByTimeAsync(60);
  await Promise.all(answers);
  connection.isFailing = () => false;
  expect(sourceOf(await limiter.check('b'))).toBe('local');
});

test('a late batch takes no further tokens, and tokens that no request waits for are returned', async () => {
  const server = new MemoryBucketStore();
  let tripMs = 1;
  const connection = new Connection(server, () => tripMs);
  const store = new LeaseBucketStore({ store: connection, tokens: TOKENS });
  const limits = { capacityMax: 1000, restoreRateHz: 1e-6 };
  const limiter = new RateLimiter<BucketStore>({ name: 'api', limits, store: stackOn(store), clock });
  for (let request = 0; request < 3; request++) {
    void limiter.check('a');
    await vi.advanceTimersByTimeAsync(10);
  }
  tripMs = 300;
  const answers = Array.from({ length: 100 }, () => limiter.check('a'));
  await vi.advanceTimersByTimeAsync(60);
  await Promise.all(answers);
  const asked = connection.asked.length;
  await vi.advanceTimersByTimeAsync(1000);
  expect(connection.asked.slice(asked).filter(each => each.startsWith('check'))).toEqual([]);
  await vi.advanceTimersByTimeAsync(4000);
  // Each of the hundred single requests timed out and counts; the batch for all of them was returned.
  const { tokensLeft } = server.peek('3:api:a', [{ name: 'api', ...limits }], 0, nowSecs()).limits[0] ?? {};
  expect(tokensLeft).toBeGreaterThanOrEqual(1000 - 3 - 100);
});

test.each(Array.from({ length: 12 }, (_, i) => i + 1))(
  'no token is lost and none given twice, run %d',
  async seed => {
    const random = seeded(seed * 7919);
    const fails = random() < 0.3;
    const tokens = 1 + Math.floor(random() * 60);
    const capacityMax = 20 + Math.floor(random() * 800);
    const limits: Limit[] = [{ name: 'one', capacityMax, restoreRateHz: 1e-9 }];
    if (random() < 0.5) limits.push({ name: 'two', capacityMax: capacityMax + 9, restoreRateHz: 1e-9 });
    const server = new MemoryBucketStore();
    let given = 0;
    const stores = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
      const connection = new Connection(server, () => random() * 3);
      connection.isFailing = () => fails && random() < 0.05;
      return new LeaseBucketStore({ store: connection, tokens });
    });
    const call = async (store: LeaseBucketStore) => {
      for (let request = 0; request < 60; request++) {
        const cost = random() < 0.8 ? 1 : Math.floor(random() * tokens * 1.5);
        const operation = random() < 0.08 ? 'peek' : 'check';
        try {
          const decision = await store[operation]('k', limits, cost, nowSecs());
          if (operation === 'check' && decision.allowed) given += cost;
          expect(decision.violated.length > 0).toBe(!decision.allowed);
          expect(decision.retryAfterSecs > 0).toBe(!decision.allowed);
          for (const limit of decision.limits)
            expect(limit.tokensLeft).toBeLessThanOrEqual(limit.capacityMax);
        } catch (error) {
          expect(error).toMatchObject({ message: 'down' });
        }
        if (random() < 0.3) await sleep(random() * 4);
      }
    };
    const ends = stores.flatMap(store => Array.from({ length: 8 }, () => call(store)));
    await vi.advanceTimersByTimeAsync(2000);
    await Promise.all(ends);
    const closed = stores.map(store => store.close());
    await vi.advanceTimersByTimeAsync(2000);
    await Promise.all(closed);
    const left = server.peek('k', limits, 0, nowSecs()).limits[0]?.tokensLeft as number;
    if (fails) expect(left).toBeLessThanOrEqual(capacityMax - given);
    else expect(left).toBe(capacityMax - given);
    expect(given).toBeLessThanOrEqual(capacityMax);
    expect(given).toBeGreaterThan(0);
  },
);
