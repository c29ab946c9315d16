import {
  type BucketStore,
  type Limit,
  MemoryBucketStore,
  type Reservations,
  type Want,
} from '@breaking/core';
import { beforeAll, expect, test } from 'vitest';
import { near, same, sameDecisions, sameReservations } from './sameAnswers.js';
import { type SharedServer, sharedServer } from './server/sharedServer.js';
import { SimulatedClock, storeInSimulatedTime } from './simulatedTime.js';

const OPERATIONS = 100_000;
const BATCH = 1000;
/** So few that the memory store never purges finished waits. */
const KEYS = 60;

/**
 * Rates from 1 a day to 100,000 a second. Each key uses one group, and each operation one of the group's policies, so
 * policies change while a key is in use. Every operation names all limits of its key: a store may, but need not, forget a
 * bucket that is full and that no operation names, and a clock that steps back would bring it back. Rates are such that a
 * multiple of the slack, or a decision would depend on the last bit of a double.
 */
const GROUPS: readonly (readonly (readonly Limit[])[])[] = [
  [
    [{ name: 'a', capacityMax: 20, restoreRateHz: 2 }],
    [{ name: 'a', capacityMax: 5, restoreRateHz: 2 }],
    [{ name: 'a', capacityMax: 40, restoreRateHz: 3 }],
  ],
  [[{ name: 'a', capacityMax: 1, restoreRateHz: 1 / 86_400 }]],
  [
    [{ name: 'a', capacityMax: 10, restoreRateHz: 99_991 }],
    [{ name: 'a', capacityMax: 4, restoreRateHz: 99_991 }],
  ],
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
      { name: 'fast', capacityMax: 10, restoreRateHz: 997 },
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

const next = random(20_261_124);
const whole = (below: number) => Math.floor(next() * below);

/** The last reservation on a key, in each of the stores. */
interface Made {
  readonly wants: readonly Want[];
  readonly answers: readonly [Reservations, Promise<Reservations>];
}

let server: SharedServer;

beforeAll(async () => {
  server = await sharedServer();
});

test('decides as the memory store does, over 100,000 random operations', async () => {
  const { store: redis, client } = storeInSimulatedTime(server, `test ${process.pid}`);
  const memory = new MemoryBucketStore();
  const clock = new SimulatedClock();
  clock.advanceBy(1000);
  const lastMade = new Map<string, Made>();
  const counts: Record<string, number> = {};
  let keyNumber = 0;
  let answers: Promise<void>[] = [];

  /** Runs the same operation on both stores. */
  function both<A>(
    what: string,
    operate: (store: Required<BucketStore>) => A | Promise<A>,
    areSame: (actual: A, expected: A) => void,
  ): A {
    const expected = operate(memory as BucketStore as Required<BucketStore>) as A;
    const actual = operate(redis as BucketStore as Required<BucketStore>) as Promise<A>;
    answers.push(actual.then(answer => areSame(answer, expected)));
    counts[what] = (counts[what] ?? 0) + 1;
    return expected;
  }

  /** Waits for all answers. */
  async function compared() {
    const failed = (await Promise.allSettled(answers)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    answers = [];
  }

  for (let done = 0; done < OPERATIONS; done++) {
    if (done % BATCH === 0) await compared();
    // Mostly the same key again, after about the time in which its fastest limit regains a token: buckets are seldom full.
    if (next() < 0.05) keyNumber = whole(KEYS);
    const key = `key ${keyNumber}`;
    const group = GROUPS[keyNumber % GROUPS.length] as (typeof GROUPS)[number];
    const pace = 1 / Math.max(0.1, ...(group[0] as readonly Limit[]).map(limit => limit.restoreRateHz));
    const step = next() < 0.05 ? 10 ** (6 * next() - 5) : next() * 3 * pace;
    clock.advanceBy(next() < 0.02 ? -step * 5 : step);
    const now = clock.secondsSinceEpoch();
    const limits = group[whole(group.length)] as readonly Limit[];
    const where = `operation ${done} of ${key} at ${now}`;
    const equal = (actual: unknown, expected: unknown) => same(actual, expected, where);
    const kind = next();

    if (kind < 0.01) {
      const secs = ([0, 2, 10, 40, Infinity][whole(5)] as number) * pace;
      both('block', store => store.block(key, limits, secs, now), equal);
      if (secs === Infinity && next() < 0.9) both('reset', store => store.reset(key, now), equal);
    } else if (kind < 0.03) {
      const forSecs = Math.max(0.01, pace);
      const lockout = { after: 2, withinSecs: 200 * pace, forSecs, backoff: 2, maxSecs: 10 * forSecs };
      const expected = both(
        'strike',
        store => store.strike(key, limits, lockout, now),
        (a, b) => near(a, b, where),
      );
      if (expected > 0) counts['strike that blocks'] = (counts['strike that blocks'] ?? 0) + 1;
    } else if (kind < 0.08) {
      const n = 1 + whole(8);
      both('take', store => store.take(key, limits, n, now), equal);
    } else if (kind < 0.18) {
      const wants: Want[] = Array.from({ length: 1 + whole(3) }, () => {
        // Half of them ask each limit for another number of tokens.
        const cost = next() < 0.5 ? whole(4) : limits.map(() => whole(4));
        return { limits, cost, maxWaitSecs: 4 * pace * next() };
      });
      const options = { earliest: next() < 0.1 ? now + pace * next() : -Infinity, withdrawn: [] };
      const expected = memory.reserve(key, wants, options, now);
      const answer = redis.reserve(key, wants, options, now);
      answers.push(answer.then(actual => sameReservations(actual, expected, where)));
      lastMade.set(key, { wants, answers: [expected, answer] });
      const what = expected.made?.some(({ at }) => at > now) ? 'wait' : 'reservation';
      counts[what] = (counts[what] ?? 0) + 1;
    } else if (kind < 0.22) {
      // One of the last is withdrawn, the others move up, and a new one comes.
      const made = lastMade.get(key);
      if (made === undefined) continue;
      const { wants, answers: reserved } = made;
      const from = whole(wants.length);
      const again = [...wants.slice(from + 1), { limits, cost: 1, maxWaitSecs: 2 * pace * next() }];
      const options = ({ made: all = [] }: Reservations) => {
        const withdrawn = all.slice(from).filter(({ decision }) => decision.allowed);
        return { earliest: -Infinity, withdrawn };
      };
      const expected = memory.reserve(key, again, options(reserved[0]), now);
      const answer = redis.reserve(key, again, options(await reserved[1]), now);
      answers.push(answer.then(actual => sameReservations(actual, expected, where)));
      lastMade.delete(key);
      const what = expected.made === undefined ? 'refused withdrawal' : 'withdrawal';
      counts[what] = (counts[what] ?? 0) + 1;
    } else if (kind < 0.24) {
      both('reset', store => store.reset(key, now), equal);
    } else if (kind < 0.3) {
      const n = 1 + whole(5);
      both('refund', store => store.refund(key, limits, n, now), equal);
    } else {
      const operation = kind < 0.38 ? 'peek' : 'check';
      const cost = whole(6);
      const { limits: left } = both(
        operation,
        store => store[operation](key, limits, cost, now),
        (actual, expected) => sameDecisions(actual, expected, where),
      );
      if (left.some(limit => limit.tokensLeft < limit.capacityMax)) counts.owing = (counts.owing ?? 0) + 1;
    }
  }
  await compared();

  client.disconnect();
  expect(counts.check).toBeGreaterThan(0.5 * OPERATIONS);
  for (const what of ['block', 'strike that blocks', 'take', 'wait', 'withdrawal', 'refused withdrawal']) {
    expect(counts[what] ?? 0, what).toBeGreaterThan(100);
  }
  // Two stores of full buckets would agree on anything.
  expect(counts.owing).toBeGreaterThan(0.4 * OPERATIONS);
});
