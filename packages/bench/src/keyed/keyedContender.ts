import type { Contender } from '../contender.js';

/** The limit of every key. */
export interface KeyedLimit {
  readonly requests: number;
  readonly windowSecs: number;
  /** How many live keys it should keep; by default as many as it does by default. */
  readonly keys?: number;
}

/** A limiter of keys in memory, at the level at which its middleware or its users call it. */
export interface KeyedLimiter<A = unknown> {
  /** Counts one request and returns the decision, in any form. A promise may reject with a refusal. */
  decide(key: string): A | Promise<A>;
  /** Whether an answer, or an error that was thrown as a refusal, allows the request. */
  isAllowed(answer: A): boolean;
}

/** A limiter with keys. */
export interface KeyedContender<A = unknown> extends Contender {
  open(limit: KeyedLimit): Promise<KeyedLimiter<A>>;
}
