import type { Contender } from '../contender.js';

/** A limit that callers wait for. */
export interface WaitingContender extends Contender {
  /** Opens a limit of `burst` calls at once and `rateHz` a second, and gives what a caller awaits before it goes on. */
  open(limit: { readonly burst: number; readonly rateHz: number }): Promise<() => Promise<unknown>>;
}
