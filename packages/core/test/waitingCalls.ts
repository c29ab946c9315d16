import { type MockClock, type RateLimiter, TooManyRequests } from '@breaking/core';
import type { Costs } from '@breaking/core/internal';
import { expect } from 'vitest';

interface Call {
  readonly limiter: RateLimiter;
  readonly calledAt: number;
  /** The longest wait of a caller with its own `maxWaitSecs`. */
  readonly ownSecs: number;
  readonly controller: AbortController;
  wentAt?: number;
  refusedAt?: number;
}

interface Taken {
  readonly at: number;
  readonly tokens: number;
}

/** Longer than any store of these tests takes to answer. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 16; i++) await undefined;
}

const isWaiting = ({ wentAt, refusedAt }: Call) => wentAt === undefined && refusedAt === undefined;

/** The callers of a property test that wait on one key, and what they must be able to rely on. */
export class WaitingCalls {
  readonly #clock: MockClock;
  readonly #calls: Call[] = [];
  readonly #went: Call[] = [];
  readonly #tooEarly: Call[] = [];
  readonly #failed: unknown[] = [];
  /** The end of the last block. */
  blockedUntil = 0;

  constructor(clock: MockClock) {
    this.#clock = clock;
  }

  /** @param went called when the caller proceeds */
  wait(limiter: RateLimiter, cost: Costs, maxWaitSecs: number | undefined, went: () => void): void {
    const controller = new AbortController();
    const { signal } = controller;
    const call: Call = { limiter, calledAt: this.#clock.time, ownSecs: maxWaitSecs ?? Infinity, controller };
    this.#calls.push(call);
    limiter.wait('k', cost, { signal, maxWaitSecs }).then(
      () => {
        call.wentAt = this.#clock.time;
        if (call.wentAt < this.blockedUntil - 0.001) this.#tooEarly.push(call);
        this.#went.push(call);
        went();
      },
      error => {
        call.refusedAt = this.#clock.time;
        if (!signal.aborted && !(error instanceof TooManyRequests)) this.#failed.push(error);
      },
    );
  }

  /** Aborts one of the callers that wait, if there are any. */
  abort(which: number): void {
    const waiting = this.#calls.filter(isWaiting);
    waiting[which % waiting.length]?.controller.abort(new Error('left'));
  }

  async pass(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      this.#clock.advanceBy(1 / 64);
      await turns();
    }
  }

  /** Expects that all have proceeded in the order of their calls, or were refused, none during a block and each in time. */
  expectAnswered(limiters: readonly RateLimiter[]): void {
    expect(this.#failed).toEqual([]);
    expect(this.#tooEarly).toEqual([]);
    expect(this.#calls.filter(isWaiting)).toEqual([]);
    for (const limiter of limiters) {
      const inTurn = this.#calls.filter(call => call.limiter === limiter && call.wentAt !== undefined);
      expect(this.#went.filter(call => call.limiter === limiter)).toEqual(inTurn);
    }
    for (const { calledAt, wentAt, refusedAt, ownSecs } of this.#calls) {
      expect((wentAt ?? refusedAt ?? NaN) - calledAt).toBeLessThanOrEqual(ownSecs + 1e-6);
    }
  }
}

/** The most tokens that were taken in any interval beyond `capacityMax` and its refill. */
export function excessOf(
  taken: readonly Taken[],
  { capacityMax, restoreRateHz }: { readonly capacityMax: number; readonly restoreRateHz: number },
): number {
  let [owed, most, last] = [0, 0, taken[0]?.at ?? 0];
  for (const { at, tokens } of taken) {
    owed = Math.max(0, owed - (at - last) * restoreRateHz) + tokens;
    most = Math.max(most, owed);
    last = at;
  }
  return most - capacityMax;
}
