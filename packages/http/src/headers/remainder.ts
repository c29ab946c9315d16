import type { Decision, LimitState } from '@breaking/core';
import { blockSecsOf, ceilSecs } from '@breaking/core/internal';
import type { Quota } from './quota.js';

/** What is left of a limit, as all formats show it. */
export interface Remainder {
  /** Whole tokens left; 0 under a limit that refused. */
  readonly r: number;
  /**
   * Seconds: with tokens left, the time that they are meant for; otherwise the time until there are some. Undefined when
   * waiting cannot help.
   */
  readonly t: number | undefined;
  readonly refused: boolean;
  readonly waitSecs: number;
}

export function remainder(limit: LimitState, quota: Quota, cost: number, decision: Decision): Remainder {
  const refused = !decision.allowed && decision.violated.includes(limit.name);
  const r = refused ? 0 : limit.tokensLeft;
  const waitSecs = refused
    ? limit.secondsUntil(cost)
    : r >= 1
      ? r / limit.restoreRateHz
      : limit.secondsUntil(1);
  const isUntold = waitSecs === Infinity || (quota.isFast && decision.allowed);
  return { r, t: isUntold ? undefined : ceilSecs(waitSecs), refused, waitSecs };
}

/** The remainder under a block, whatever the buckets hold. */
export function blockRemainder(decision: Decision): Remainder {
  const waitSecs = blockSecsOf(decision);
  return { r: 0, t: waitSecs === Infinity ? undefined : ceilSecs(waitSecs), refused: true, waitSecs };
}

/** The same order as among decisions: a refusal first (longest wait), then the fewest tokens left. */
export function isTighter(a: Remainder, b: Remainder): boolean {
  if (a.refused !== b.refused) return a.refused;
  return a.refused ? a.waitSecs > b.waitSecs : a.r < b.r;
}
