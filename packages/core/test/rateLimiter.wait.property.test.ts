import { MemoryBucketStore, RateLimiter, TooManyRequests } from '@breaking/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CountingClock } from '../../testkit/src/countingClock.js';

/** Rates are powers of two and times are whole 64ths of a second, so no double is rounded. */
const TWO = { fast: { capacityMax: 5, restoreRateHz: 4 }, slow: { capacityMax: 2, restoreRateHz: 0.5 } };
const SETUPS = {
  'one limit': {
    limits: { only: { capacityMax: 3, restoreRateHz: 2 } },
    eachOf: (cost: number) => ({ only: cost }),
  },
  'two limits': { limits: TWO, eachOf: (cost: number) => ({ fast: cost, slow: cost }) },
  'two limits, with a cost for each': {
    limits: TWO,
    eachOf: (cost: number) => ({ fast: cost, slow: cost - 1 }),
  },
  'two limits that few calls need both of': {
    limits: TWO,
    eachOf: (cost: number) => ({ fast: 3 - cost, slow: cost % 2 }),
  },
};
const MAX_WAIT_SECS = 6;
const STEP = 1 / 64;

interface Grant {
  readonly costs: Readonly<Record<string, number>>;
  calledAt: number;
  at: number;
}

/** Buckets that count tokens, without debt: each grant is taken at its moment, in the order of the calls. */
class Model {
  readonly #limits: readonly (readonly [
    string,
    { readonly capacityMax: number; readonly restoreRateHz: number },
  ])[];
  readonly grants: Grant[] = [];

  constructor(limits: object) {
    this.#limits = Object.entries(limits);
  }

  /** The first moment at which every bucket has its cost, not before `now` and not before the grant ahead. */
  momentOf(costs: Grant['costs'], now: number, ahead = this.grants): number {
    let moment = Math.max(now, ahead.at(-1)?.at ?? now);
    for (const [name, { capacityMax, restoreRateHz }] of this.#limits) {
      const cost = costs[name] as number;
      let [tokens, at] = [capacityMax, 0];
      for (const grant of ahead) {
        tokens =
          Math.min(capacityMax, tokens + (grant.at - at) * restoreRateHz) - (grant.costs[name] as number);
        at = grant.at;
      }
      if (cost > capacityMax) return Infinity;
      moment = Math.max(moment, at + (cost - tokens) / restoreRateHz);
    }
    return moment;
  }

  add(costs: Grant['costs'], now: number, at: number): Grant {
    const grant = { costs, calledAt: now, at };
    this.grants.push(grant);
    return grant;
  }

  /** Removes a grant as if it had never existed: those behind it move up. */
  remove(grant: Grant, now: number): void {
    const behind = this.grants.splice(this.grants.indexOf(grant)).slice(1);
    for (const each of behind) {
      each.at = this.momentOf(each.costs, now);
      this.grants.push(each);
    }
  }
}

async function turns() {
  for (let i = 0; i < 6; i++) await undefined;
}

type Action =
  | { readonly kind: 'wait'; readonly cost: number }
  | { readonly kind: 'check'; readonly cost: number }
  | { readonly kind: 'pass'; readonly eighths: number }
  | { readonly kind: 'abort'; readonly which: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), cost: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('check' as const), cost: fc.integer({ min: 1, max: 2 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), eighths: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }) },
);

/** The cost of a check for each limit. */
const alike = (cost: number) => ({ only: cost, fast: cost, slow: cost });

describe.each(Object.entries(SETUPS))('callers that wait, under %s', (_, { limits, eachOf }) => {
  test('go on at the moments of an exact model, in the order of their calls, and are woken once at most', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60, size: 'max' }), async actions => {
        const clock = new CountingClock();
        const store = new MemoryBucketStore();
        const limiter = new RateLimiter({ name: 'api', limits, store, clock, maxWaitSecs: MAX_WAIT_SECS });
        const model = new Model(limits);
        const waiting: { grant: Grant; controller: AbortController }[] = [];
        let waits = 0;
        let lastWent = -1;
        const pass = async (steps: number) => {
          for (let i = 0; i < steps; i++) {
            clock.advanceBy(STEP);
            await turns();
          }
        };
        const wait = async (costs: Grant['costs']) => {
          const now = clock.time;
          const at = model.momentOf(costs, now);
          const number = waits++;
          const controller = new AbortController();
          const answer = limiter.wait('k', costs, { signal: controller.signal });
          if (at - now > MAX_WAIT_SECS) {
            const error = await answer.catch(reason => reason);
            expect(error).toBeInstanceOf(TooManyRequests);
            expect(error.retryAfterSecs).toBe(at - now);
            return;
          }
          const entry = { grant: model.add(costs, now, at), controller };
          waiting.push(entry);
          answer.then(
            decision => {
              expect(decision.allowed).toBe(true);
              expect(clock.time).toBe(entry.grant.at);
              expect(number).toBeGreaterThan(lastWent);
              lastWent = number;
              waiting.splice(waiting.indexOf(entry), 1);
            },
            reason => expect(reason).toBe(controller.signal.reason),
          );
          await turns();
        };
        for (const each of actions) {
          if (each.kind === 'wait') await wait(eachOf(each.cost));
          else if (each.kind === 'pass') await pass(each.eighths * 8);
          else if (each.kind === 'check') {
            const isAllowed = model.momentOf(alike(each.cost), clock.time) === clock.time;
            expect(limiter.check('k', each.cost).allowed).toBe(isAllowed);
            if (isAllowed) model.add(alike(each.cost), clock.time, clock.time);
          } else if (waiting.length > 0) {
            const [entry] = waiting.splice(each.which % waiting.length, 1) as [(typeof waiting)[number]];
            entry.controller.abort(new Error('left'));
            model.remove(entry.grant, clock.time);
            await turns();
          }
        }
        await pass(MAX_WAIT_SECS * 64);
        expect(waiting).toEqual([]);
        expect(clock.woken).toBeLessThanOrEqual(waits);
      }),
      { numRuns: 25, seed: 20_261_129 },
    );
  });
});
