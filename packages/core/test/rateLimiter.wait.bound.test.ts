import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type DecisionMessage,
  type Limits,
  MemoryBucketStore,
  MockClock,
  RateLimiter,
  TooManyRequests,
} from '@breaking/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** Some rates have no exact double, and the times are not multiples of anything. */
const SETUPS: Readonly<Record<string, Limits>> = {
  'a slow limit': { only: { capacityMax: 3, restoreRateHz: 1 / 7 } },
  'a limit of 100,000 a second': { only: { capacityMax: 5, restoreRateHz: 100_000 } },
  'two limits that fill at different rates': {
    fast: { capacityMax: 10, restoreRateHz: 10 },
    slow: { capacityMax: 4, restoreRateHz: 1 / 3 },
  },
};
const PROCESSES = 3;

interface Went {
  readonly at: number;
  readonly cost: number;
}

let went: Went[] = [];
let clock = new MockClock();

/** A decision is published at the moment at which the caller goes on. */
const hear = (message: unknown) => {
  const { decision, cost } = message as DecisionMessage;
  if (decision.allowed) went.push({ at: clock.time, cost: cost as number });
};
beforeEach(() => subscribe('breaking:rate_limit:decision', hear));
afterEach(() => unsubscribe('breaking:rate_limit:decision', hear));

const process = fc.nat({ max: PROCESSES - 1 });
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 3 }), process }) },
  { weight: 1, arbitrary: fc.record({ check: fc.integer({ min: 1, max: 2 }), process }) },
  { weight: 1, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 3 }), process }) },
  { weight: 4, arbitrary: fc.record({ pass: fc.double({ min: 0, max: 2, noNaN: true }) }) },
  { weight: 2, arbitrary: fc.record({ abort: fc.nat() }) },
);

describe.each(Object.entries(SETUPS))('callers of three processes that wait for %s', (_, limits) => {
  const policies = Object.values(limits) as { capacityMax: number; restoreRateHz: number }[];
  const slowestHz = Math.min(...policies.map(({ restoreRateHz }) => restoreRateHz));

  test('go on in the order in which the store received their requests, and never more at once than the buckets allow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 80, size: 'max' }), async actions => {
        went = [];
        clock = new MockClock(86_400);
        const store = new MemoryBucketStore();
        const limiters = Array.from({ length: PROCESSES }, () => {
          return new RateLimiter({ name: 'api', limits, store, clock, maxWaitSecs: 12 / slowestHz });
        });
        const called: { controller: AbortController; outcome?: string }[] = [];
        const order: number[] = [];
        const of = (number: number) => limiters[number] as RateLimiter;

        for (const each of actions) {
          if ('wait' in each) {
            const number = called.length;
            const call: (typeof called)[number] = { controller: new AbortController() };
            called.push(call);
            const { signal } = call.controller;
            of(each.process)
              .wait('k', each.wait, { signal })
              .then(
                () => {
                  call.outcome = 'went on';
                  order.push(number);
                },
                error => {
                  call.outcome = error instanceof TooManyRequests ? 'refused' : String(error.message);
                },
              );
          } else if ('check' in each) of(each.process).check('k', each.check);
          else if ('take' in each) {
            const shortage = of(each.process).take('k', each.take);
            // Each limit gives what it has. The one that gives least must keep to the bound, and so must the others.
            if (shortage < each.take) went.push({ at: clock.time, cost: each.take - shortage });
          } else if ('pass' in each) clock.advanceBy(each.pass / slowestHz);
          else if (called.length > 0) {
            const call = called[each.abort % called.length] as (typeof called)[number];
            call.controller.abort(new Error('left'));
          }
          for (let i = 0; i < 6; i++) await undefined;
        }
        clock.advanceBy(20 / slowestHz);
        for (let i = 0; i < 6; i++) await undefined;

        expect(called.map(({ outcome }) => outcome)).not.toContain(undefined);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        for (const { capacityMax, restoreRateHz } of policies) {
          expect(mostAtOnce(went, restoreRateHz)).toBeLessThanOrEqual(capacityMax + 0.001);
        }
      }),
      { numRuns: 30, seed: 20_261_129 },
    );
  });
});

/** The most tokens above its refill that any interval received. */
function mostAtOnce(grants: readonly Went[], restoreRateHz: number): number {
  let [excess, most, last] = [0, 0, grants[0]?.at ?? 0];
  for (const { at, cost } of grants) {
    excess = Math.max(0, excess - (at - last) * restoreRateHz) + cost;
    most = Math.max(most, excess);
    last = at;
  }
  return most;
}
