import type { Contender } from '../contender.js';

/** A limit for which callers wait. */
export interface WaitingContender extends Contender {
  /** Opens a limit of `burst` calls at once and `rateHz` a second. @returns a function whose promise callers await */
  open(limit: { readonly burst: number; readonly rateHz: number }): Promise<() => Promise<unknown>>;
}
