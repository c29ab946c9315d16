import { secondsUntilThere, wholeTokens } from './debt.js';
import type { Limit } from './policy.js';

/** What became of one request under one limit. */
export interface LimitState<Name extends string = string> extends Limit<Name> {
  /** Whole tokens there after the decision. */
  readonly tokensLeft: number;
  /** Seconds from the decision until `n` tokens are there if nobody takes any; Infinity when `n` > `capacityMax`. */
  secondsUntil(n?: number): number;
}

/** A state as any store may have made it: `secondsUntil` may be missing. */
export type ToldState = Omit<LimitState, 'secondsUntil'> & Partial<Pick<LimitState, 'secondsUntil'>>;

/** A state that knows its debt. */
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

  /** What a limit owes. One that tells no wait owes what its whole tokens lack, which is enough in any case. */
  static debtOf(state: ToldState): number {
    if (#debt in state) return state.#debt;
    const { capacityMax, restoreRateHz, tokensLeft } = state;
    const untilFull = state.secondsUntil?.(capacityMax);
    return untilFull === undefined ? capacityMax - tokensLeft : untilFull * restoreRateHz;
  }
}
