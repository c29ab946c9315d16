import { CircuitBreaker, type Permit } from '@breaking/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BreakerModel, type ModelCall, type ModelOptions } from './breakerModel.js';
import { SteppingClock } from './breakerTools.js';

interface Real {
  readonly clock: SteppingClock;
  readonly breaker: CircuitBreaker;
  readonly permits: Permit[];
}

interface Model {
  readonly breaker: BreakerModel;
  readonly calls: ModelCall[];
}

type Outcome = 'success' | 'failure' | 'ignored';

const SETTLE = { success: 'success', failure: 'failure', ignored: 'ignore' } as const;

/** A command for both sides. Afterwards all their visible properties must be equal. */
class Step implements fc.Command<Model, Real> {
  readonly #what: string;
  readonly #obey: (model: Model, real: Real) => void;

  constructor(what: string, obey: (model: Model, real: Real) => void) {
    this.#what = what;
    this.#obey = obey;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    this.#obey(model, real);
    const now = real.clock.time;
    const waitSecs = model.breaker.retryAfterSecs(now);
    const isAsExpected =
      real.breaker.state === model.breaker.state(now) &&
      (real.breaker.retryAfterSecs === waitSecs || Math.abs(real.breaker.retryAfterSecs - waitSecs) < 1e-9) &&
      real.breaker.isAllowingExecution() === (waitSecs === 0);
    // A comparison first, since an assertion costs far more and there are hundreds of thousands of steps.
    if (!isAsExpected) {
      expect([real.breaker.state, real.breaker.retryAfterSecs]).toEqual([model.breaker.state(now), waitSecs]);
    }
  }

  toString(): string {
    return this.#what;
  }
}

const tryAcquire = new Step('tryAcquire', (model, { breaker, clock, permits }) => {
  const call = model.breaker.admit(clock.time);
  const permit = breaker.tryAcquire();
  if ((permit === undefined) !== (call === undefined)) expect(permit).toBe(call);
  if (permit !== undefined && call !== undefined) {
    permits.push(permit);
    model.calls.push(call);
  }
});

/** Settles one of the calls so far, more often a recent one, and possibly for the second time. */
function settle(outcome: Outcome, back: number): Step {
  return new Step(`${outcome}(-${back})`, (model, { clock, permits }) => {
    if (permits.length === 0) return;
    const index = permits.length - 1 - (back % permits.length);
    model.breaker.settle(model.calls[index] as ModelCall, outcome, clock.time);
    permits[index]?.[SETTLE[outcome]]();
  });
}

const recordFailure = new Step('recordFailure', (model, { breaker, clock }) => {
  model.breaker.record('failure', clock.time);
  breaker.recordFailure();
});

const recordSuccess = new Step('recordSuccess', (model, { breaker, clock }) => {
  model.breaker.record('success', clock.time);
  breaker.recordSuccess();
});

function trip(secs?: number): Step {
  return new Step(`trip(${secs ?? ''})`, (model, { breaker, clock }) => {
    model.breaker.trip(clock.time, secs);
    breaker.trip(secs);
  });
}

const reset = new Step('reset', (model, { breaker, clock }) => {
  model.breaker.reset(clock.time);
  breaker.reset();
});

function move(eighths: number): Step {
  return new Step(`move ${eighths / 8} s`, (_, { clock }) => {
    clock.time += eighths / 8;
  });
}

/** Waits exactly as long as the breaker says, so that it then admits. */
const wait = new Step('wait', (_, { breaker, clock }) => {
  // A trip without an end cannot be waited for.
  if (breaker.retryAfterSecs < Number.POSITIVE_INFINITY) clock.time += breaker.retryAfterSecs;
});

const commands = fc.commands(
  [
    fc.constant(tryAcquire),
    fc.constant(tryAcquire),
    fc
      .tuple(fc.constantFrom<Outcome>('success', 'failure', 'failure', 'ignored'), fc.nat(4))
      .map(([outcome, back]) => settle(outcome, back)),
    fc.constantFrom(recordFailure, recordFailure, recordSuccess),
    fc.constantFrom(wait, wait, wait, wait, trip(), reset),
    fc.constantFrom(wait, wait, wait, reset, trip(0.5), trip(64), trip(512), trip(Number.POSITIVE_INFINITY)),
    fc.integer({ min: 0, max: 64 }).map(move),
    fc.integer({ min: -64, max: 400 }).map(move),
  ],
  { maxCommands: 60 },
);

// Numbers whose sums and products are exact in a double, so that results at the boundary do not depend on rounding.
const options = fc
  .record({
    errorThreshold: fc.constantFrom(1, 2, 4),
    timeWindowSecs: fc.constantFrom(4, 8, 16),
    tolerableErrorRatio: fc.constantFrom(0, 0.2, 0.5),
    cooldownSecs: fc.constantFrom(0.25, 2, 8),
    cooldownBackoff: fc.constantFrom(1, 1.5, 2),
    cooldownMaxSecs: fc.constantFrom(8, 32, 256),
    probeSuccesses: fc.constantFrom(1, 2, 3),
  })
  .map((each): ModelOptions => each);

test('a breaker does what the table of its design says, in any sequence of calls', () => {
  fc.assert(
    fc.property(options, commands, (given, steps) => {
      const clock = new SteppingClock();
      fc.modelRun(
        () => ({
          model: { breaker: new BreakerModel(given), calls: [] },
          real: { clock, breaker: new CircuitBreaker({ ...given, clock }), permits: [] },
        }),
        steps,
      );
    }),
    { numRuns: 4000, seed: 20240229 },
  );
});
