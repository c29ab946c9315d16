import type { Decision, Lockout, RateLimiter } from '@breaking/core';
import { callbackWarning, check, isThenable, LARGEST_CAPACITY } from '@breaking/core/internal';

/** The option `lockout`: blocks a key after too many refusals within a time. */
export interface LockoutOptions {
  /** Refusals: a whole number from 1 to 1e12. */
  readonly after: number;
  /**
   * Seconds, > 0, within which that many refusals block the key. One refusal is forgiven every `withinSecs / after` seconds.
   */
  readonly withinSecs: number;
  /** Seconds of the first block, > 0. */
  readonly forSecs: number;
  /**
   * The factor by which each next block is longer, at least 1; default 1. It starts again when the key has been free for as
   * long as its last block.
   */
  readonly backoff?: number | undefined;
  /** Seconds of the longest block, at least `forSecs`; default 86,400. */
  readonly maxSecs?: number | undefined;
}

/** @throws TypeError or RangeError that names the option and the value */
export function asLockout(what: string, options: LockoutOptions): Lockout {
  check.knownOptions(what, options, ['after', 'withinSecs', 'forSecs', 'backoff', 'maxSecs']);
  const { after, withinSecs, forSecs, backoff = 1, maxSecs = 86_400 } = options;
  check.positive(`${what}: forSecs`, forSecs);
  return {
    after: check.whole(`${what}: after`, after, 1, LARGEST_CAPACITY),
    withinSecs: check.positive(`${what}: withinSecs`, withinSecs),
    forSecs,
    backoff: check.atLeast(`${what}: backoff`, check.finite(`${what}: backoff`, backoff), 1),
    maxSecs: check.atLeast(`${what}: maxSecs`, check.finite(`${what}: maxSecs`, maxSecs), forSecs),
  };
}

/** Counts the refusals of a limiter, and blocks the keys that have too many. */
export class Strikes {
  readonly #limiter: RateLimiter<never>;
  readonly #lockout: Lockout;
  /** For keys that `enforce` exempts: refusals are counted, and nothing is blocked. */
  readonly #shadow: Lockout;
  readonly #warn: (error: unknown) => void;

  constructor(what: string, limiter: object, lockout: Lockout) {
    this.#limiter = limiter as RateLimiter<never>;
    this.#lockout = lockout;
    this.#shadow = { ...lockout, forSecs: 0 };
    this.#warn = callbackWarning(`${what}: lockout`);
  }

  /**
   * Counts a refusal for lack of tokens, the only kind that counts. The request does not wait for the store.
   * @param isEnforced whether the refusal is followed
   * @returns a promise that settles when it is counted, if the store is asynchronous
   */
  count(key: string, decision: Decision, isEnforced: boolean): Promise<unknown> | undefined {
    if (decision.violated.length === 0 || decision.retryAfterSecs === Infinity) return undefined;
    try {
      const answer = this.#limiter.strike(key, isEnforced ? this.#lockout : this.#shadow) as unknown;
      if (isThenable(answer)) return Promise.resolve(answer).catch(this.#warn);
    } catch (error) {
      this.#warn(error);
    }
    return undefined;
  }
}
