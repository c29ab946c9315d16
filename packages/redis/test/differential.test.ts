import {
  type Decision,
  type Limit,
  MemoryBucketStore,
  type Reservation,
  type Reservations,
  type Want,
} from '@breaking/core';
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
  const counts: Record<string, number> = {};
  const counted = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  for (let done = 0; done < OPERATIONS; done += BATCH) {
    const answers: Promise<{ key: string; expected: Decision; actual: Decision }>[] = [];
    const others: Promise<void>[] = [];
    for (let i = 0; i < BATCH; i++) {
      // Mostly the same key again, after about the time in which its fastest limit regains a token: buckets are seldom full.
      if (next() < 0.05) keyNumber = whole(KEYS);
      const key = `key ${keyNumber}`;
      const group = GROUPS[keyNumber % GROUPS.length] as (typeof GROUPS)[number];
      const fastest = Math.max(...(group[0] as readonly Limit[]).map(limit => limit.restoreRateHz));
      const step = next() < 0.05 ? 10 ** (6 * next() - 5) : (next() * 3) / Math.max(fastest, 0.1);
      // A store may forget a bucket that is full, which a clock that steps back would bring back. Waits and blocks write at other
      // moments than checks do, so the clock steps back in the first half alone, and they come in the second.
      const isFirstHalf = done < OPERATIONS / 2;
      clock.advanceBy(next() < 0.02 && isFirstHalf ? -step * 5 : step);
      const now = clock.secondsSinceEpoch();
      const limits = group[whole(group.length)] as readonly Limit[];
      const kind = next();
      const where = `${key}, operation ${done + i}`;
      // Under a limit that gains a thousandth of a token in a microsecond, takes and waits hang on the last bit of a double.
      const isSlow = fastest <= 2 && !isFirstHalf;
      if (kind < 0.005 && isSlow) {
        const secs = [0, 0.5, 3, 20, Infinity][whole(5)] as number;
        memory.block(key, limits, secs, now);
        others.push(store.block(key, limits, secs, now));
        counted('block');
        if (secs === Infinity && next() < 0.9) {
          memory.reset(key);
          others.push(store.reset(key));
        }
      } else if (kind < 0.01 && isSlow) {
        const lockout = { after: 2, withinSecs: 200, forSecs: 1, backoff: 2, maxSecs: 10 };
        const expected = memory.strike(key, limits, lockout, now);
        others.push(store.strike(key, limits, lockout, now).then(secs => near(secs, expected, where)));
        counted(expected > 0 ? 'strike that blocks' : 'strike');
      } else if (kind < 0.05 && isSlow) {
        const n = 1 + whole(8);
        const expected = memory.take(key, limits, n, now);
        others.push(store.take(key, limits, n, now).then(shortage => expect(shortage, where).toBe(expected)));
        counted('take');
      } else if (kind < 0.15 && isSlow) {
        const longest = 4 / Math.max(fastest, 0.1);
        const wants: Want[] = Array.from({ length: 1 + whole(3) }, () => {
          // Half of them ask each limit for another number of tokens.
          const cost = next() < 0.5 ? whole(4) : limits.map(() => whole(4));
          return { limits, cost, maxWaitSecs: longest * next() };
        });
        const options = { earliest: next() < 0.1 ? now + longest / 4 : -Infinity, withdrawn: [] };
        const expected = memory.reserve(key, wants, options, now);
        const answer = store.reserve(key, wants, options, now);
        others.push(answer.then(actual => sameReservations(actual, expected, where)));
        counted(expected.made?.some(({ at }) => at > now) ? 'wait' : 'reservation');
        if (next() < 0.2) {
          // Some of them are given up, and the others move up.
          const { made = [] } = await answer;
          clock.advanceBy((longest * next()) / 8);
          const from = whole(wants.length);
          if (next() < 0.3) {
            const more = [{ limits, cost: 1, maxWaitSecs: 10 * longest }];
            const inBetween = clock.secondsSinceEpoch();
            memory.reserve(key, more, options, inBetween);
            others.push(store.reserve(key, more, options, inBetween).then(() => {}));
          }
          const kept = (all: readonly Reservation[] = []) =>
            all.slice(from).filter(({ decision }) => decision.allowed);
          const again = wants.slice(from + 1);
          const later = clock.secondsSinceEpoch();
          const redone = (withdrawn: readonly Reservation[]) =>
            [key, again, { earliest: -Infinity, withdrawn }, later] as const;
          const known = memory.reserve(...redone(kept(expected.made)));
          others.push(
            store.reserve(...redone(kept(made))).then(actual => sameReservations(actual, known, where)),
          );
          counted(known.made === undefined ? 'refused withdrawal' : 'withdrawal');
        }
      } else if (kind < 0.17) {
        memory.reset(key);
        void store.reset(key);
      } else if (kind < 0.25) {
        const n = 1 + whole(5);
        memory.refund(key, limits, n, now);
        void store.refund(key, limits, n, now);
      } else {
        const operation = kind < 0.35 ? 'peek' : 'check';
        const cost = whole(6);
        const expected = memory[operation](key, limits, cost, now);
        answers.push(store[operation](key, limits, cost, now).then(actual => ({ key, expected, actual })));
      }
    }

    await Promise.all(others);
    for (const { key, expected, actual } of await Promise.all(answers)) {
      const where = `${key}, operations from ${done}`;
      expect([actual.allowed, actual.blocked], where).toEqual([expected.allowed, expected.blocked]);
      if (expected.limits.some(limit => limit.tokensLeft < limit.capacityMax)) owing++;
      expect(Math.max(...apart(expected, actual)), where).toBeLessThan(ROUNDING);
    }
    compared += answers.length;
  }

  client.disconnect();
  expect(compared).toBeGreaterThan(0.7 * OPERATIONS);
  for (const what of ['block', 'strike that blocks', 'take', 'wait', 'withdrawal', 'refused withdrawal']) {
    expect(counts[what] ?? 0, what).toBeGreaterThan(5);
  }
  // Two stores of full buckets would agree on anything.
  expect(owing).toBeGreaterThan(0.5 * OPERATIONS);
});

/** Seconds that differ by the rounding to microseconds alone, of a few operations. */
function near(actual: number | undefined, expected: number | undefined, where: string): void {
  if (expected === undefined || expected === Infinity) expect(actual, where).toBe(expected);
  else expect(Math.abs((actual ?? NaN) - expected), where).toBeLessThan(1e-4);
}

function sameReservations(actual: Reservations, expected: Reservations, where: string): void {
  // Whether the last has gone on at this very moment hangs on the last bit of a double.
  near(actual.movedSecs ?? 0, expected.movedSecs ?? 0, where);
  expect(actual.made?.length, where).toBe(expected.made?.length);
  actual.made?.forEach(({ decision, at }, i) => {
    const other = expected.made?.[i] as Reservation;
    expect([decision.allowed, decision.blocked], where).toEqual([
      other.decision.allowed,
      other.decision.blocked,
    ]);
    near(at, other.at, where);
    near(decision.retryAfterSecs, other.decision.retryAfterSecs, where);
  });
}

/** How far the debts of two decisions on the same limits are apart. */
function apart(a: Decision, b: Decision): readonly number[] {
  const debtsOf = ({ limits }: Decision) =>
    limits.map(limit => limit.secondsUntil(limit.capacityMax) * limit.restoreRateHz);
  const others = debtsOf(b);
  return debtsOf(a).map((debt, i) => Math.abs(debt - (others[i] as number)));
}
