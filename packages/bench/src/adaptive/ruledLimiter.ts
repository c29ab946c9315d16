import type { Clock, Permit } from '@breaking/core';
import type { Limiting } from '@breaking/testkit/simulation';

/** A rule of another project: it receives the duration of each call, and how many calls were in flight when it began. */
export interface Rule {
  readonly limit: number;
  sample(secs: number, inFlight: number, now: number): void;
}

/** A limiter with a rule of another project. Failures are not samples, as in ours. */
export class RuledLimiter implements Limiting {
  readonly #rule: Rule;
  readonly #clock: Clock;
  #inFlight = 0;

  constructor(rule: Rule, clock: Clock) {
    this.#rule = rule;
    this.#clock = clock;
  }

  get limit(): number {
    return Math.floor(this.#rule.limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  tryAcquire(): Permit | undefined {
    if (this.#inFlight >= this.limit) return undefined;
    this.#inFlight += 1;
    const since = this.#clock.secondsSinceEpoch();
    const inFlight = this.#inFlight;
    const free = () => {
      this.#inFlight -= 1;
    };
    const success = () => {
      free();
      const now = this.#clock.secondsSinceEpoch();
      this.#rule.sample(now - since, inFlight, now);
    };
    return { success, failure: free, ignore: free, [Symbol.dispose]: free };
  }
}
