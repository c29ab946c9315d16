import { type Limits, MemoryBucketStore, MockClock, RateLimiter } from '@breaking/core';
import fc from 'fast-check';
import type { PlanEvent } from '../src/index.js';

/** Traffic of a few clients in order of time: bursts and pauses, in whole seconds or with fractions, some with costs. */
export const traffic = fc
  .tuple(
    fc.constantFrom(1, 0.001, 0.37),
    fc.array(
      fc.record({
        key: fc.constantFrom('ada', 'bob', 'cyd', 'dan', 'eve'),
        pause: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(20), fc.nat(5000)),
        cost: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat(4)),
      }),
      { minLength: 1, maxLength: 60 },
    ),
  )
  .map(([unitSecs, requests]) => {
    let at = 1_431_857_103;
    return requests.map(({ key, pause, cost }): PlanEvent => {
      at += pause * unitSecs;
      return cost === undefined ? { key, at } : { key, at, cost };
    });
  });

export const rates = fc.constantFrom(1 / 86_400, 10 / 3600, 1 / 60, 0.1, 1 / 3, 1, 7, 1000, 1e6);

/** The indices of the events that a real limiter refuses, with its own store, on the clock of the events. */
export function refusedByStore(events: readonly PlanEvent[], limits: Limits): number[] {
  const clock = new MockClock(events[0]?.at);
  const limiter = new RateLimiter({ name: 'plan', limits, clock, store: new MemoryBucketStore() });
  const refused: number[] = [];
  for (const [i, { key, at, cost }] of events.entries()) {
    clock.advanceBy(at - clock.time);
    if (!limiter.check(key, cost).allowed) refused.push(i);
  }
  return refused;
}

export const keysOf = (events: readonly PlanEvent[]): string[] => [...new Set(events.map(each => each.key))];
