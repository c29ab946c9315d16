import type { Contender } from '../contender.js';

/** A function that is called through a breaker. */
export type Callee = () => number | Promise<number>;

/** A circuit breaker with the fewest options, which opens after some failures and stays open for about a minute. */
export interface BreakerContender extends Contender {
  /**
   * Guards a function that returns a promise.
   * @param tolerableErrorRatio the share of failures below which it never opens; set only for ours
   */
  guard(callee: () => Promise<number>, tolerableErrorRatio: number): Promise<() => Promise<number>>;
  /** Guards a synchronous function. The result is synchronous if the breaker allows that. */
  guardSync(callee: () => number): Promise<Callee>;
}
