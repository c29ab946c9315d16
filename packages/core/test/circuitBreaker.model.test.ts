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

/** A command that both sides obey; afterwards all that one can see of them is the same. */
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
    expect(real.breaker.state).toBe(model.breaker.state(now));
    expect(real.breaker.retryAfterSecs).toBeCloseTo(model.breaker.retryAfterSecs(now), 9);
    expect(real.breaker.isAllowingExecution()).toBe(model.breaker.retryAfterSecs(now) === 0);
  }

  toString(): string {
    return this.#what;
  }
}

const tryAcquire = new Step('tryAcquire', (model, { breaker, clock, permits }) => {
  const call = model.breaker.admit(clock.time);
  const permit = breaker.tryAcquire();
  expect(permit !== undefined).toBe(call !== undefined);
  if (permit !== undefined && call !== undefined) {
    permits.push(permit);
    model.calls.push(call);
  }
});

/** Settles one of the calls so far, the latest ones more often, possibly for the second time. */
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

const trip = new Step('trip', (model, { breaker, clock }) => {
  model.breaker.trip(clock.time);
  breaker.trip();
});

const reset = new Step('reset', (model, { breaker, clock }) => {
  model.breaker.reset(clock.time);
  breaker.reset();
});

function move(eighths: number): Step {
  return new Step(`move ${eighths / 8} s`, (_, { clock }) => {
    clock.time += eighths / 8;
  });
}

/** Waits just as long as the breaker says, which is when it admits. */
const wait = new Step('wait', (_, { breaker, clock }) => {
  clock.time += breaker.retryAfterSecs;
});

const commands = fc.commands(
  [
    fc.constant(tryAcquire),
    fc.constant(tryAcquire),
    fc
      .tuple(fc.constantFrom<Outcome>('success', 'failure', 'failure', 'ignored'), fc.nat(4))
      .map(([outcome, back]) => settle(outcome, back)),
    fc.constantFrom(recordFailure, recordFailure, recordSuccess),
    fc.constantFrom(wait, wait, wait, trip, reset),
    fc.integer({ min: 0, max: 64 }).map(move),
    fc.integer({ min: -64, max: 400 }).map(move),
  ],
  { maxCommands: 60 },
);

// Numbers whose sums and products are exact in a double: who is right at the edge is then no matter of rounding.
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

test('a breaker does what the table of its design says, whatever happens to it', () => {
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
