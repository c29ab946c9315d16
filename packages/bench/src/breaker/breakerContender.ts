import type { Contender } from '../contender.js';

/** A function to be guarded by a breaker, and then called through it. */
export type Callee = () => number | Promise<number>;

/** A circuit breaker in the leanest form that opens after some failures and stays open for a minute or so. */
export interface BreakerContender extends Contender {
  /**
   * Guards a function that returns a promise.
   * @param tolerableErrorRatio the share of failures under which it never opens; only ours is asked for one
   */
  guard(callee: () => Promise<number>, tolerableErrorRatio: number): Promise<() => Promise<number>>;
  /** Guards a function that answers at once, in a way that answers as soon as it can. */
  guardSync(callee: () => number): Promise<Callee>;
}
