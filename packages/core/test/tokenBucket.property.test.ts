import { type BucketPolicy, type Limit, MemoryBucketStore, MockClock, TokenBucket } from '@breaking/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactBucket, inUnits } from './exactBucket.js';
import { SteppingClock } from './steppingClock.js';

const MONTH_SECS = 30 * 86_400;
const SLACK = inUnits(0.001);

/** The same runs each time, so that failures can be repeated. */
const SEEDED = { seed: 20_240_229, numRuns: 500 };

const aPolicy: fc.Arbitrary<BucketPolicy> = fc.record({
  capacityMax: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 })),
  restoreRateHz: fc.oneof(
    fc.constantFrom(1 / 86_400, 1 / 3600, 5 / 60, 1 / 3, 1, 7, 1000, 1_000_000),
    // All orders of magnitude from 1 per day to 1,000,000 per second are equally likely.
    fc.double({ min: Math.log(1 / 86_400), max: Math.log(1e6), noNaN: true }).map(Math.exp),
  ),
});

const aStart = fc.constantFrom(0, 1e-3, MONTH_SECS);

/** The actions of a caller. Sizes are shares of the capacity; times are the tokens that return in them. */
type Step =
  | { readonly kind: 'pass' | 'stepBack'; readonly tokens: number }
  | { readonly kind: 'take' | 'tryTake' | 'fill' | 'look' | 'wait'; readonly share: number };

const forward: fc.Arbitrary<Step>[] = [
  fc.record({
    kind: fc.constant('pass' as const),
    tokens: fc.oneof(
      fc.constantFrom(0, 0.25, 0.9985, 0.9995, 1, 1.5),
      fc.double({ min: 0, max: 30, noNaN: true }).map(tokens => Math.round(tokens * 1e9) / 1e9),
    ),
  }),
  fc.record({
    kind: fc.constantFrom('take', 'tryTake', 'fill', 'look', 'wait'),
    share: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1.2, noNaN: true })),
  }),
];
const backward: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('stepBack' as const),
  tokens: fc.constantFrom(0.5, 1, 10, 1000),
});
const steps = (...kinds: fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 60 });

/** The most that 60 decisions in doubles may lose or gain by rounding: very little compared with the slack. */
const roundingOf = ({ capacityMax }: BucketPolicy) => inUnits(60 * 2 ** -51 * capacityMax);

/** A moment some tokens later or earlier, rounded to what the exact model can represent. */
const shifted = (time: number, tokens: number, { restoreRateHz }: BucketPolicy) =>
  Math.round((time + tokens / restoreRateHz) * 2 ** 30) / 2 ** 30;

describe('against an exact rational model', () => {
  /** Applies the steps to a bucket and to the model, and checks that the model allows every answer. */
  function compare(policy: BucketPolicy, start: number, walk: readonly Step[]): void {
    const clock = new SteppingClock(start);
    const bucket = new TokenBucket({ ...policy, clock });
    const model = new ExactBucket(policy, start);
    const epsilon = roundingOf(policy);

    const mustBeThere = (n: number) => {
      if (n > 0) expect(model.look(clock.time) >= inUnits(n) - SLACK - epsilon, `${n} given`).toBe(true);
    };
    const mustBeMissing = (n: number) => {
      expect(model.look(clock.time) < inUnits(n) - SLACK + epsilon, `${n} refused`).toBe(true);
    };

    for (const step of walk) {
      if ('tokens' in step) {
        clock.time = shifted(clock.time, step.kind === 'pass' ? step.tokens : -step.tokens, policy);
        continue;
      }
      const n = 1 + Math.floor(step.share * policy.capacityMax);
      if (step.kind === 'take') {
        const taken = n - bucket.take(n);
        mustBeThere(taken);
        if (taken < n) mustBeMissing(taken + 1);
        model.add(-taken, clock.time);
      } else if (step.kind === 'tryTake') {
        if (bucket.tryTake(n)) {
          mustBeThere(n);
          model.add(-n, clock.time);
        } else {
          mustBeMissing(n);
        }
      } else if (step.kind === 'fill') {
        bucket.fill(n);
        model.add(n, clock.time);
      } else if (step.kind === 'look') {
        const whole = bucket.capacityCurrent;
        mustBeThere(whole);
        mustBeMissing(whole + 1);
        expect(bucket.hasTokensLeft(n)).toBe(whole >= n);
        expect(bucket.secondsUntil(n) === 0).toBe(whole >= n);
      } else {
        const waitSecs = bucket.secondsUntil(n);
        expect(Number.isFinite(waitSecs)).toBe(n <= policy.capacityMax);
        if (Number.isFinite(waitSecs))
          clock.time = shifted(clock.time, waitSecs * policy.restoreRateHz, policy);
      }
    }
  }

  test('every decision is what the model allows, within the slack', () => {
    fc.assert(fc.property(aPolicy, aStart, steps(...forward), compare), SEEDED);
  });

  test('every decision is what the model allows while the clock goes back and forth', () => {
    fc.assert(fc.property(aPolicy, aStart, steps(...forward, backward), compare), SEEDED);
  });

  test('in any interval of length L at most capacityMax + restoreRateHz · L + 0.001 tokens are given', () => {
    fc.assert(
      fc.property(aPolicy, aStart, steps(...forward), (policy, start, walk) => {
        const clock = new SteppingClock(start);
        const bucket = new TokenBucket({ ...policy, clock });
        const given: { readonly time: number; readonly tokens: bigint }[] = [];
        for (const step of walk) {
          if ('tokens' in step) {
            clock.time = shifted(clock.time, step.tokens, policy);
            continue;
          }
          const n = 1 + Math.floor(step.share * policy.capacityMax);
          given.push({ time: clock.time, tokens: inUnits(n - bucket.take(n)) });
        }
        const bound = (from: number, to: number) => {
          const wide = new ExactBucket({ ...policy, capacityMax: 1e12 }, from);
          wide.add(-1e12, from);
          return wide.look(to) + inUnits(policy.capacityMax) + SLACK + roundingOf(policy);
        };
        given.forEach((first, i) => {
          let sum = 0n;
          for (const { time, tokens } of given.slice(i)) {
            sum += tokens;
            expect(sum <= bound(first.time, time)).toBe(true);
          }
        });
      }),
      SEEDED,
    );
  });

  /** What a greedy caller gets that takes all tokens, up to two, at every step, compared with the model. */
  function greedily(policy: BucketPolicy, decisions: number, stepSecs: (i: number) => number) {
    const clock = new MockClock(MONTH_SECS);
    const bucket = new TokenBucket({ ...policy, clock });
    const model = new ExactBucket(policy, clock.time);
    bucket.take(policy.capacityMax);
    model.add(-policy.capacityMax, clock.time);
    let given = 0;
    let givenByModel = 0;
    for (let i = 0; i < decisions; i++) {
      clock.advanceBy(stepSecs(i));
      given += 2 - bucket.take(2);
      const due = Math.min(2, Number(model.look(clock.time) / inUnits(1)));
      if (due > 0) model.add(-due, clock.time);
      givenByModel += due;
    }
    expect(givenByModel).toBeGreaterThan(decisions / 20);
    return given - givenByModel;
  }

  test.each<[string, BucketPolicy, (i: number) => number]>([
    ['1 per day', { capacityMax: 3, restoreRateHz: 1 / 86_400 }, i => 3600 * (1 + (i % 37))],
    ['5 per minute', { capacityMax: 5, restoreRateHz: 5 / 60 }, i => 0.37 * (1 + (i % 29))],
    ['1.00003 per second of 1,000,000,000', { capacityMax: 1e9, restoreRateHz: 1.000_03 }, () => 1],
    ['997 per second', { capacityMax: 100, restoreRateHz: 997 }, i => 0.0001 * (i % 17)],
    ['1,000,000 per second', { capacityMax: 1000, restoreRateHz: 1e6 }, i => 1e-7 * (1 + (i % 13))],
  ])(
    'a greedy caller gets at most one token fewer or more in 200,000 decisions: %s',
    (_, policy, stepSecs) => {
      expect(Math.abs(greedily(policy, 200_000, stepSecs))).toBeLessThanOrEqual(1);
    },
  );

  test('the largest capacity rounds by no more than capacityMax · 2^-51 tokens a decision', () => {
    const policy = { capacityMax: 1e12, restoreRateHz: 1.000_03 };
    expect(Math.abs(greedily(policy, 100_000, () => 1))).toBeLessThanOrEqual(100_000 * 1e12 * 2 ** -51);
  });
});

describe('secondsUntil', () => {
  const aNeed = fc.double({ min: 0, max: 1, noNaN: true });
  const aPast = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 12 });

  /** A bucket after some takes at irregular moments. */
  function lived(policy: BucketPolicy, start: number, past: readonly number[]) {
    const clock = new MockClock(start);
    const bucket = new TokenBucket({ ...policy, clock });
    bucket.take(policy.capacityMax);
    for (const tokens of past) {
      clock.advanceBy(tokens / policy.restoreRateHz);
      bucket.take();
    }
    return { bucket, clock };
  }

  test('a caller that waits exactly secondsUntil(n) is admitted', () => {
    fc.assert(
      fc.property(aPolicy, aStart, aPast, aNeed, (policy, start, past, need) => {
        const { bucket, clock } = lived(policy, start, past);
        const n = Math.max(1, Math.floor(need * policy.capacityMax));
        for (let round = 0; round < 10; round++) {
          clock.advanceBy(bucket.secondsUntil(n));
          expect(bucket.secondsUntil(n)).toBe(0);
          expect(bucket.tryTake(n)).toBe(true);
        }
      }),
      SEEDED,
    );
  });

  test('a caller that comes earlier than the slack allows is not admitted', () => {
    fc.assert(
      fc.property(aPolicy, aStart, aPast, aNeed, (policy, start, past, need) => {
        const { bucket, clock } = lived(policy, start, past);
        const n = Math.max(1, Math.floor(need * policy.capacityMax));
        const early = bucket.secondsUntil(n) - 0.002 / policy.restoreRateHz;
        fc.pre(early > 0);
        clock.advanceBy(early);
        expect(bucket.tryTake(n)).toBe(false);
      }),
      SEEDED,
    );
  });

  test('holds for the largest capacity at the highest and the lowest rate', () => {
    for (const restoreRateHz of [1 / 86_400, 1, 1e6]) {
      for (const n of [1, 12_345_678_901, 1e12]) {
        const { bucket, clock } = lived({ capacityMax: 1e12, restoreRateHz }, MONTH_SECS, []);
        clock.advanceBy(bucket.secondsUntil(n));
        expect(bucket.tryTake(n)).toBe(true);
      }
    }
  });
});

describe('a clock that steps back', () => {
  test('never makes tokens negative, and gives no caller an additional token', () => {
    fc.assert(
      fc.property(aPolicy, aStart, steps(...forward, backward), (policy, start, walk) => {
        const clock = new SteppingClock(start);
        const bucket = new TokenBucket({ ...policy, clock });
        for (const step of walk) {
          const before = bucket.capacityCurrent;
          if (step.kind === 'stepBack') {
            clock.time = shifted(clock.time, -step.tokens, policy);
            expect(bucket.capacityCurrent).toBeLessThanOrEqual(before);
          } else if (step.kind === 'pass') {
            clock.time = shifted(clock.time, step.tokens, policy);
            expect(bucket.capacityCurrent).toBeGreaterThanOrEqual(before);
          } else if ('share' in step) {
            bucket.take(1 + Math.floor(step.share * policy.capacityMax));
          }
          expect(bucket.capacityCurrent).toBeGreaterThanOrEqual(0);
          expect(bucket.capacityCurrent).toBeLessThanOrEqual(policy.capacityMax);
        }
      }),
      SEEDED,
    );
  });

  test('gives no more in total than its forward movements restore', () => {
    fc.assert(
      fc.property(aPolicy, aStart, steps(...forward, backward), (policy, start, walk) => {
        const clock = new SteppingClock(start);
        const bucket = new TokenBucket({ ...policy, clock });
        let given = 0;
        let forwardSecs = 0;
        for (const step of walk) {
          if ('share' in step) {
            given += 1 + Math.floor(step.share * policy.capacityMax);
            given -= bucket.take(1 + Math.floor(step.share * policy.capacityMax));
            continue;
          }
          const to = shifted(clock.time, step.kind === 'pass' ? step.tokens : -step.tokens, policy);
          forwardSecs += Math.max(0, to - clock.time);
          clock.time = to;
        }
        const restored = policy.restoreRateHz * forwardSecs * (1 + 1e-9);
        expect(given).toBeLessThanOrEqual(policy.capacityMax * (1 + 1e-9) + restored + 0.001);
      }),
      SEEDED,
    );
  });
});

describe('the memory store', () => {
  test('agrees with a bucket over the same operations', () => {
    fc.assert(
      fc.property(aPolicy, aStart, steps(...forward, backward), (policy, start, walk) => {
        const clock = new SteppingClock(start);
        const bucket = new TokenBucket({ ...policy, clock });
        const store = new MemoryBucketStore();
        const limits: readonly Limit[] = [{ name: 'only', ...policy }];
        for (const step of walk) {
          if ('tokens' in step) {
            clock.time = shifted(clock.time, step.kind === 'pass' ? step.tokens : -step.tokens, policy);
            continue;
          }
          const n = 1 + Math.floor(step.share * policy.capacityMax);
          if (step.kind === 'fill') {
            bucket.fill(n);
            store.refund('key', limits, n, clock.time);
          } else if (step.kind === 'tryTake' || step.kind === 'take') {
            const decision = store.check('key', limits, n, clock.time);
            expect(decision.allowed).toBe(bucket.tryTake(n));
            expect(decision.limits[0]?.tokensLeft).toBe(bucket.capacityCurrent);
          } else {
            const decision = store.peek('key', limits, n, clock.time);
            expect(decision.allowed).toBe(bucket.hasTokensLeft(n));
            expect(decision.retryAfterSecs).toBe(bucket.secondsUntil(n));
          }
        }
      }),
      SEEDED,
    );
  });

  test('gives a cost from all limits of a key or from none, as one exact bucket for each allows', () => {
    const somePolicies = fc.array(aPolicy, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(somePolicies, aStart, steps(...forward, backward), (policies, start, walk) => {
        let now = start;
        const store = new MemoryBucketStore();
        const limits = policies.map((policy, i) => ({ name: `limit ${i}`, ...policy }));
        const models = policies.map(policy => new ExactBucket(policy, start));
        const first = policies[0] as BucketPolicy;
        for (const step of walk) {
          if ('tokens' in step) {
            now = shifted(now, step.kind === 'pass' ? step.tokens : -step.tokens, first);
            continue;
          }
          const n = 1 + Math.floor((step.share * first.capacityMax) / 4);
          if (step.kind === 'fill') {
            store.refund('key', limits, n, now);
            for (const model of models) model.add(n, now);
            continue;
          }
          const decision =
            step.kind === 'look' ? store.peek('key', limits, n, now) : store.check('key', limits, n, now);
          models.forEach((model, i) => {
            const { name, ...policy } = limits[i] as Limit;
            const missing = inUnits(n) - SLACK - model.look(now);
            const refused = decision.violated.includes(name);
            const epsilon = roundingOf(policy);
            expect(refused ? missing > -epsilon : missing <= epsilon).toBe(true);
          });
          expect(decision.allowed).toBe(decision.violated.length === 0);
          if (decision.allowed && step.kind !== 'look') for (const model of models) model.add(-n, now);
        }
      }),
      SEEDED,
    );
  });
});
