import type { Clock } from '@breaking/core';
import type { Limiting } from '@breaking/testkit/simulation';
import type { Contender } from '../contender.js';

/** A rule that finds how many calls may be under way. */
export interface AdaptiveContender extends Contender {
  /** What makes a limiter by this rule. */
  open(): Promise<(clock: Clock) => Limiting>;
}
