import { type Decision, type Limit, MemoryBucketStore } from '@breaking/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SharedServer, sharedServer } from './server/sharedServer.js';
import { SimulatedClock, storeInSimulatedTime } from './simulatedTime.js';

const OPERATIONS = 100_000;
const BATCH = 1000;
const KEYS = 100;

/**
 * How far the debts of the two stores may be apart, in tokens. One store counts time in seconds as doubles, the other in
 * microseconds; that makes 4e-7 at most here. A decision hides a debt below 0.001.
 */
const ROUNDING = 0.001 + 1e-6;

/**
 * Rates from 1 a day to 100,000 a second. Each key uses one group, and each operation one of the group's policies, so
 * policies change while a key is in use. Every operation names all limits of its key, and rates never change. Otherwise two
 * correct stores could differ when the clock steps back: a store may, but need not, forget a bucket that is full at its old
 * rate or that no operation names.
 */
const GROUPS: readonly (readonly (readonly Limit[])[])[] = [
  [
    [{ name: 'a', capacityMax: 20, restoreRateHz: 2 }],
    [{ name: 'a', capacityMax: 5, restoreRateHz: 2 }],
    [{ name: 'a', capacityMax: 40, restoreRateHz: 2 }],
  ],
  [[{ name: 'a', capacityMax: 1, restoreRateHz: 1 / 86_400 }]],
  [[{ name: 'a', capacityMax: 10, restoreRateHz: 100_000 }]],
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

/** The generator mulberry32: small, seeded, and good enough to choose operations. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let server: SharedServer;

beforeAll(async () => {
  server = await sharedServer();
}, 120_000);

afterAll(() => server.close());

test('decides as the memory store does, over 100,000 random operations', { timeout: 120_000 }, async () => {
  const next = random(20_261_124);
  const whole = (below: number) => Math.floor(next() * below);
  const { store, client } = storeInSimulatedTime(server, `test ${process.pid}`);
  const memory = new MemoryBucketStore();
  const clock = new SimulatedClock();
  clock.advanceBy(1000);
  let keyNumber = 0;
  let compared = 0;
  let owing = 0;

  for (let done = 0; done < OPERATIONS; done += BATCH) {
    const answers: Promise<{ key: string; expected: Decision; actual: Decision }>[] = [];
    for (let i = 0; i < BATCH; i++) {
      // Mostly the same key again, after about the time in which its fastest limit regains a token: buckets are seldom full.
      if (next() < 0.05) keyNumber = whole(KEYS);
      const key = `key ${keyNumber}`;
      const group = GROUPS[keyNumber % GROUPS.length] as (typeof GROUPS)[number];
      const fastest = Math.max(...(group[0] as readonly Limit[]).map(limit => limit.restoreRateHz));
      const step = next() < 0.05 ? 10 ** (6 * next() - 5) : (next() * 3) / Math.max(fastest, 0.1);
      clock.advanceBy(next() < 0.02 ? -step * 5 : step);
      const now = clock.secondsSinceEpoch();
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

    for (const { key, expected, actual } of await Promise.all(answers)) {
      const where = `${key}, operations from ${done}`;
      expect(actual.allowed, where).toBe(expected.allowed);
      if (expected.limits.some(limit => limit.tokensLeft < limit.capacityMax)) owing++;
      expect(Math.max(...apart(expected, actual)), where).toBeLessThan(ROUNDING);
    }
    compared += answers.length;
  }

  client.disconnect();
  expect(compared).toBeGreaterThan(0.8 * OPERATIONS);
  // Two stores of full buckets would agree on anything.
  expect(owing).toBeGreaterThan(0.5 * OPERATIONS);
});

/** How far the debts of two decisions on the same limits are apart. */
function apart(a: Decision, b: Decision): readonly number[] {
  const debtsOf = ({ limits }: Decision) =>
    limits.map(limit => limit.secondsUntil(limit.capacityMax) * limit.restoreRateHz);
  const others = debtsOf(b);
  return debtsOf(a).map((debt, i) => Math.abs(debt - (others[i] as number)));
}
