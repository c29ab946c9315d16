import type { Contender } from '../contender.js';

/** What every key is allowed. */
export interface KeyedLimit {
  readonly requests: number;
  readonly windowSecs: number;
  /** How many live keys it is to hold; by default as many as it holds by itself. */
  readonly keys?: number;
}

/** One limiter of keys in memory, at the level that its own middleware or its users call. */
export interface KeyedLimiter<A = unknown> {
  /** Counts one request and tells what has been decided, in whatever form. A promise may reject with a refusal. */
  decide(key: string): A | Promise<A>;
  /** What the answer, or the refusal that was thrown, says. */
  isAllowed(answer: A): boolean;
}

/** A way to limit keys. */
export interface KeyedContender<A = unknown> extends Contender {
  open(limit: KeyedLimit): Promise<KeyedLimiter<A>>;
}
