import { MemoryBucketStore, MockClock, RateLimiter } from '@breaking/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { laterStore } from './laterStore.js';
import { excessOf, turns, WaitingCalls } from './waitingCalls.js';

const LIMIT = { capacityMax: 3, restoreRateHz: 2 };

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      cost: fc.integer({ min: 1, max: 3 }),
      ownSecs: fc.constantFrom(undefined, undefined, 0, 1, 4),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), eighths: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('block' as const), secs: fc.constantFrom(0, 0.5, 2, 5) }),
  },
);

describe.each([
  ['in memory', (memory: MemoryBucketStore) => memory],
  ['that answers later', laterStore],
])('callers that wait while keys are blocked and others give up, with a store %s', (_where, asStore) => {
  test('proceed in order, never during a block, never above the limit, and never wait longer than they chose', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60, size: 'max' }), async actions => {
        const clock = new MockClock();
        const store = asStore(new MemoryBucketStore());
        const limiter = new RateLimiter({ name: 'api', limits: LIMIT, store, clock, maxWaitSecs: 20 });
        const calls = new WaitingCalls(clock);
        const taken: { at: number; tokens: number }[] = [];
        for (const each of actions) {
          if (each.kind === 'wait') {
            const { cost, ownSecs } = each;
            calls.wait(limiter, cost, ownSecs, () => taken.push({ at: clock.time, tokens: cost }));
          } else if (each.kind === 'pass') await calls.pass(each.eighths * 8);
          else if (each.kind === 'block') {
            calls.blockedUntil = clock.time + each.secs;
            await limiter.block('k', each.secs);
          } else calls.abort(each.which);
          await turns();
        }
        await calls.pass(60 * 64);

        calls.expectAnswered([limiter]);
        expect(excessOf(taken, LIMIT)).toBeLessThanOrEqual(0.001);
      }),
      { numRuns: 30, seed: 20_261_129 },
    );
  });
});
