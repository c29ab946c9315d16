import type { Decision } from '../../bucket/decision.js';
import type { Lease } from './lease.js';

/** A request that waits for tokens. */
interface Waiting {
  readonly cost: number;
  readonly now: number;
  resolve(decision: Decision | Promise<Decision>): void;
  reject(error: unknown): void;
}

/** A batch of tokens that was requested from the store, and the requests that wait for it, in order of arrival. */
export class LeaseBatch {
  readonly lease: Lease;
  /** The tick of the store's timer at which it was requested. */
  readonly tick: number;
  /** Whether it takes longer than requests wait. */
  isLate = false;
  /** Resolves when no request waits for it any more: it has arrived, has failed, or is late. */
  readonly over: Promise<void>;
  #markOver = () => {};
  #waiting: Waiting[] = [];

  constructor(lease: Lease, tick: number) {
    this.lease = lease;
    this.tick = tick;
    this.over = new Promise(resolve => {
      this.#markOver = resolve;
    });
  }

  wait(cost: number, now: number): Promise<Decision> {
    return new Promise((resolve, reject) => this.#waiting.push({ cost, now, resolve, reject }));
  }

  /** Tokens that the waiting requests need. */
  get needed(): number {
    return this.#waiting.reduce((sum, { cost }) => sum + cost, 0);
  }

  /** Whether `n` tokens are for a single request, which can ask for them itself just as well. */
  isForOne(n: number): boolean {
    return this.#waiting.length === 1 && this.#waiting[0]?.cost === n;
  }

  /**
   * Answers every request that can be decided now, in order of arrival: with tokens held or, if the store has answered,
   * with the refusal that follows from its answer.
   * @returns the other requests
   */
  serve(hasAnswer: boolean): Waiting[] {
    const rest: Waiting[] = [];
    for (const each of this.#waiting.splice(0)) {
      const { cost, now } = each;
      if (cost <= this.lease.remaining) each.resolve(this.lease.give(cost, now));
      else {
        const refusal = hasAnswer ? this.lease.refusal(cost, now) : undefined;
        if (refusal === undefined) rest.push(each);
        else each.resolve(refusal);
      }
    }
    this.#markOver();
    return rest;
  }

  reject(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
