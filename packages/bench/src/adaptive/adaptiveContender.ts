import type { Clock } from '@breaking/core';
import type { Limiting } from '@breaking/testkit/simulation';
import type { Contender } from '../contender.js';

/** A rule that determines how many calls may be under way. */
export interface AdaptiveContender extends Contender {
  /** Returns a function that makes a limiter with this rule. */
  open(): Promise<(clock: Clock) => Limiting>;
}
