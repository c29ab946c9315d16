import { MemoryBucketStore, MockClock, RateLimiter, TooManyRequests } from '@breaking/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { laterStore } from './laterStore.js';

const LIMIT = { capacityMax: 3, restoreRateHz: 2 };
const STEP = 1 / 64;

interface Call {
  readonly calledAt: number;
  readonly cost: number;
  /** The longest wait of a caller with its own `maxWaitSecs`. */
  readonly ownSecs: number;
  readonly controller: AbortController;
  wentAt?: number;
  refusedAt?: number;
}

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

async function turns() {
  for (let i = 0; i < 12; i++) await undefined;
}

/** The most tokens that were taken in any interval beyond `capacityMax` and its refill. */
function excessOf(went: readonly Call[]): number {
  let excess = 0;
  went.forEach(({ wentAt: from = 0 }, i) => {
    let tokens = 0;
    for (const { cost, wentAt: to = 0 } of went.slice(i)) {
      tokens += cost;
      excess = Math.max(excess, tokens - LIMIT.capacityMax - LIMIT.restoreRateHz * (to - from));
    }
  });
  return excess;
}

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
        const calls: Call[] = [];
        const went: Call[] = [];
        const tooEarly: Call[] = [];
        const failed: unknown[] = [];
        let blockedUntil = 0;
        const pass = async (steps: number) => {
          for (let i = 0; i < steps; i++) {
            clock.advanceBy(STEP);
            await turns();
          }
        };
        const wait = (cost: number, ownSecs: number | undefined) => {
          const controller = new AbortController();
          const call: Call = { calledAt: clock.time, cost, ownSecs: ownSecs ?? Infinity, controller };
          calls.push(call);
          const { signal } = controller;
          limiter.wait('k', cost, { signal, maxWaitSecs: ownSecs }).then(
            () => {
              call.wentAt = clock.time;
              if (clock.time < blockedUntil - 0.001) tooEarly.push(call);
              went.push(call);
            },
            error => {
              call.refusedAt = clock.time;
              if (!signal.aborted && !(error instanceof TooManyRequests)) failed.push(error);
            },
          );
        };
        const isWaiting = ({ wentAt, refusedAt }: Call) => wentAt === undefined && refusedAt === undefined;
        for (const each of actions) {
          if (each.kind === 'wait') wait(each.cost, each.ownSecs);
          else if (each.kind === 'pass') await pass(each.eighths * 8);
          else if (each.kind === 'block') {
            blockedUntil = clock.time + each.secs;
            await limiter.block('k', each.secs);
          } else {
            const waiting = calls.filter(isWaiting);
            waiting[each.which % waiting.length]?.controller.abort(new Error('left'));
          }
          await turns();
        }
        await pass(60 * 64);

        expect(failed).toEqual([]);
        expect(tooEarly).toEqual([]);
        expect(calls.filter(isWaiting)).toEqual([]);
        expect(went).toEqual(calls.filter(call => call.wentAt !== undefined));
        expect(excessOf(went)).toBeLessThanOrEqual(0.001);
        for (const { calledAt, wentAt, refusedAt, ownSecs } of calls) {
          expect((wentAt ?? refusedAt ?? NaN) - calledAt).toBeLessThanOrEqual(ownSecs + 1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });
});
