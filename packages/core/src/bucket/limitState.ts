import { secondsUntilThere, wholeTokens } from './debt.js';
import type { Limit } from './policy.js';

/** The state of one limit after a decision. */
export interface LimitState<Name extends string = string> extends Limit<Name> {
  /** Whole tokens left after the decision. */
  readonly tokensLeft: number;
  /** Seconds from the decision until there are `n` tokens if nobody takes any; Infinity if `n` > `capacityMax`. */
  secondsUntil(n?: number): number;
}

/** A state as any store may make it: `secondsUntil` may be missing. */
export type ToldState = Omit<LimitState, 'secondsUntil'> & Partial<Pick<LimitState, 'secondsUntil'>>;

/** A state that is computed from its debt. */
export class DecidedLimit implements LimitState {
  declare readonly name: string;
  declare readonly capacityMax: number;
  declare readonly restoreRateHz: number;
  declare readonly tokensLeft: number;
  readonly #debt: number;

  constructor(limit: Limit, debt: number) {
    this.name = limit.name;
    this.capacityMax = limit.capacityMax;
    this.restoreRateHz = limit.restoreRateHz;
    this.tokensLeft = wholeTokens(limit.capacityMax, debt);
    this.#debt = debt;
  }

  secondsUntil(n = 1): number {
    return secondsUntilThere(this.capacityMax, this.restoreRateHz, this.#debt, n);
  }

  /** The debt behind a state. Without `secondsUntil` it is what its whole tokens lack, which is never too little. */
  static debtOf(state: ToldState): number {
    if (#debt in state) return state.#debt;
    const { capacityMax, restoreRateHz, tokensLeft } = state;
    const untilFull = state.secondsUntil?.(capacityMax);
    return untilFull === undefined ? capacityMax - tokensLeft : untilFull * restoreRateHz;
  }
}
