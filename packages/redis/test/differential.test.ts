import { type Decision, type Limit, MemoryBucketStore } from '@breaking/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisServer } from './server/redisServer.js';
import { SimulatedClock, storeInSimulatedTime } from './simulatedTime.js';

const OPERATIONS = 100_000;
const BATCH = 1000;
const KEYS = 300;

/** Debts may differ by the rounding of seconds as doubles, which one store counts in, and microseconds, the other. */
const ROUNDING = 1e-4;

/**
 * Rates from 1 a day to 100,000 a second: a key has one of these groups, and each operation one of its limits before or
 * after a change of policy. All limits of a key are asked for together, and rates stay: a bucket that is full at its old
 * rate, or that nobody asks for, may be forgotten or not, and two stores may rightly part over a clock that steps back.
 */
const GROUPS: readonly (readonly (readonly Limit[])[])[] = [
  [
    [{ name: 'a', capacityMax: 20, restoreRateHz: 2 }],
    [{ name: 'a', capacityMax: 5, restoreRateHz: 2 }],
    [{ name: 'a', capacityMax: 40, restoreRateHz: 2 }],
  ],
  [[{ name: 'a', capacityMax: 1, restoreRateHz: 1 / 86_400 }]],
  [[{ name: 'a', capacityMax: 1000, restoreRateHz: 100_000 }]],
  [
    [
      { name: 'a', capacityMax: 20, restoreRateHz: 2 },
      { name: 'hourly', capacityMax: 60, restoreRateHz: 60 / 3600 },
    ],
    [
      { name: 'hourly', capacityMax: 30, restoreRateHz: 60 / 3600 },
      { name: 'a', capacityMax: 20, restoreRateHz: 2 },
    ],
  ],
  [
    [
      { name: 'fast', capacityMax: 10, restoreRateHz: 1000 },
      { name: 'slow {x}', capacityMax: 7, restoreRateHz: 0.01 },
      { name: 'daily', capacityMax: 500, restoreRateHz: 500 / 86_400 },
    ],
  ],
];

/** mulberry32: small, seeded, good enough to choose operations. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
}, 120_000);

afterAll(() => server.close());

test('decides as the memory store does, over 100,000 random operations', { timeout: 120_000 }, async () => {
  const next = random(20_261_124);
  const whole = (below: number) => Math.floor(next() * below);
  const { store, client } = storeInSimulatedTime(server);
  const memory = new MemoryBucketStore();
  const clock = new SimulatedClock();
  clock.advanceBy(1000);
  let compared = 0;
  let rounded = 0;

  for (let done = 0; done < OPERATIONS; done += BATCH) {
    const answers: Promise<{ key: string; expected: Decision; actual: Decision }>[] = [];
    for (let i = 0; i < BATCH; i++) {
      clock.advanceBy(next() < 0.02 ? -next() * 5 : next() ** 4 * 2);
      const now = clock.secondsSinceEpoch();
      const keyNumber = whole(KEYS);
      const key = `key ${keyNumber}`;
      const group = GROUPS[keyNumber % GROUPS.length] as (typeof GROUPS)[number];
      const limits = group[whole(group.length)] as readonly Limit[];
      const kind = next();
      if (kind < 0.02) {
        memory.reset(key);
        void store.reset(key);
      } else if (kind < 0.12) {
        const n = 1 + whole(5);
        memory.refund(key, limits, n, now);
        void store.refund(key, limits, n, now);
      } else {
        const operation = kind < 0.25 ? 'peek' : 'check';
        const cost = whole(6);
        const expected = memory[operation](key, limits, cost, now);
        answers.push(store[operation](key, limits, cost, now).then(actual => ({ key, expected, actual })));
      }
    }

    const parted = new Set<string>();
    for (const { key, expected, actual } of await Promise.all(answers)) {
      // What follows a decision that rounding has turned is another story.
      if (parted.has(key)) continue;
      compared++;
      if (expected.allowed !== actual.allowed) {
        rounded++;
        parted.add(key);
        continue;
      }
      const debtsOf = (decision: Decision) =>
        decision.limits.map(each => each.secondsUntil(each.capacityMax) * each.restoreRateHz);
      const apart = debtsOf(expected).map((debt, j) => Math.abs(debt - (debtsOf(actual)[j] as number)));
      // Below 0.001 a debt counts as none, in one store perhaps and not in the other.
      expect(Math.max(...apart), `${key} at operation ${done}`).toBeLessThan(0.001 + ROUNDING);
    }
    for (const key of parted) {
      memory.reset(key);
      await store.reset(key);
    }
  }

  client.disconnect();
  expect(compared).toBeGreaterThan(0.8 * OPERATIONS);
  // A turned decision needs a debt within rounding of the last token: a handful in 100,000, or something is wrong.
  expect(rounded).toBeLessThan(20);
});
