import { areThere, type Cost, costAt, isBlock, secondsUntilAll, wholeTokens } from './debt.js';
import { BlockedDecision, type Debts, DecidedRequest, NONE, SourcedDecision } from './decidedRequest.js';
import type { Decision, DecisionSource, ToldDecision } from './decision.js';
import { DecidedLimit } from './limitState.js';
import type { Limit } from './policy.js';

/**
 * Makes a Decision from what a store knows.
 * @param limits the limits that the store was called with
 * @param debts each limit's debt after the decision, in the order of `limits`
 * @param cost the tokens asked of each limit: one number, or a number for each limit in the order of `limits`
 * @param allowed whether they were taken, or for a peek, would be
 * @param blockSecs what is left of a block; a block of more than 0.001 refuses, whatever `allowed` is
 * @throws TypeError for a debt that is not a number of 0 or more
 */
export function decided(
  limits: readonly Limit[],
  debts: ArrayLike<number>,
  cost: Cost,
  allowed: boolean,
  source: DecisionSource = 'store',
  blockSecs = 0,
): Decision {
  const owed = copied(debts, limits.length);
  const decision = isBlock(blockSecs)
    ? new BlockedDecision(secondsUntilAll(limits, debts, cost, blockSecs), limits, owed, blockSecs)
    : allowed
      ? allowing(limits, owed)
      : refusing(limits, owed, violatedOf(limits, debts, cost), secondsUntilAll(limits, debts, cost));
  return source === 'store' ? (decision as Decision) : sourced(decision as Decision, source);
}

/** @throws TypeError for a debt that is not a number of 0 or more */
function copied(debts: ArrayLike<number>, count: number): Debts {
  const owed: number[] = [];
  for (let i = 0; i < count; i++) {
    const debt = debts[i] as number;
    if (!(debt >= 0)) throw new TypeError(`decided: each debt must be a number of 0 or more, got ${debt}`);
    owed.push(debt);
  }
  return count === 1 ? (owed[0] as number) : owed;
}

/** The names of the limits that lack the tokens asked of them. */
function violatedOf(limits: readonly Limit[], debts: ArrayLike<number>, cost: Cost): readonly string[] {
  const lacks = ({ capacityMax }: Limit, i: number) =>
    !areThere(capacityMax, debts[i] as number, costAt(cost, i));
  return limits.filter(lacks).map(({ name }) => name);
}

/** The decision on a request that all limits allow, or would allow. */
export function allowing(limits: readonly Limit[], debts: Debts): Decision {
  return new DecidedRequest(true, NONE, false, 0, limits, debts) as Decision;
}

export function refusing(
  limits: readonly Limit[],
  debts: Debts,
  violated: readonly string[],
  retryAfterSecs: number,
): Decision {
  return new DecidedRequest(false, violated, false, retryAfterSecs, limits, debts) as Decision;
}

/**
 * The refusal of a caller that would have to wait too long.
 * @param waitSecs seconds until the tokens are there, after those for which others already wait
 * @param blocked whether a block is the reason
 */
export function refusedFor(
  limits: readonly Limit[],
  debts: ArrayLike<number>,
  cost: Cost,
  waitSecs: number,
  blocked: boolean,
): Decision {
  const lacking = violatedOf(limits, debts, cost);
  const violated = blocked ? NONE : lacking.length > 0 ? lacking : limits.map(({ name }) => name);
  const owed = copied(debts, limits.length);
  return new DecidedRequest(false, violated, blocked, waitSecs, limits, owed) as Decision;
}

/** A decision without buckets, for when the store gives no answer. It has no limits and no violated names. */
export function undecided(allowed: boolean, retryAfterSecs: number): Decision {
  return sourced(new DecidedRequest(allowed, NONE, false, retryAfterSecs, [], []) as Decision, 'local');
}

/** Each limit's debt after a decision, as it was given to `decided`, or computed for the decisions of other code. */
export function debtsAfter(decision: Decision): readonly number[] {
  if (!isDecided(decision)) return decision.limits.map(DecidedLimit.debtOf);
  const [, debts] = DecidedRequest.partsOf(decision);
  return typeof debts === 'number' ? [debts] : debts;
}

/** The limits of a decision. Unlike `decision.limits`, this does not compute their states. */
export function limitsAsked(decision: Decision): readonly Limit[] {
  return isDecided(decision) ? DecidedRequest.partsOf(decision)[0] : decision.limits;
}

/** Whole tokens left of the limit at index `i`, without computing its state. */
export function tokensLeftAt(decision: Decision, i: number): number {
  if (!isDecided(decision)) return (decision as Decision).limits[i]?.tokensLeft ?? 0;
  const [asked, debts] = DecidedRequest.partsOf(decision);
  return wholeTokens(
    (asked[i] as Limit).capacityMax,
    typeof debts === 'number' ? debts : (debts[i] as number),
  );
}

/** Whether a decision was made by the functions here, which never make a contradictory one. */
export function isDecided(value: unknown): value is Decision & DecidedRequest {
  return value instanceof DecidedRequest;
}

/** A decision of other code, converted to one of ours. */
export function restated(decision: ToldDecision, asked: readonly Limit[]): Decision {
  const { allowed, limits, violated, blocked = false, retryAfterSecs } = decision;
  const debts = limits.map(DecidedLimit.debtOf);
  const limited = asked.slice(0, limits.length);
  const owed = copied(debts, debts.length);
  return new DecidedRequest(allowed, violated, blocked, retryAfterSecs, limited, owed) as Decision;
}

/** The same decision, with another source. */
export function sourced(decision: Decision, source: DecisionSource): Decision {
  return new SourcedDecision(decision as Decision & DecidedRequest, source) as Decision;
}
