import { shown } from '../base/check.js';
import { isDecided, limitsAsked, restated } from '../bucket/decided.js';
import type { Decision, ToldDecision } from '../bucket/decision.js';
import type { LimitState } from '../bucket/limitState.js';
import { type Limit, sameLimits } from '../bucket/policy.js';
import type { Reservation, Reservations, Want } from './reservation.js';

/**
 * A store's answer as a Decision: about the limits `asked`, or about none (see `undecided`), and consistent. An answer
 * of other code is checked here and converted to one of ours, so that no other store in a stack checks it again. If a
 * limit has no `secondsUntil`, it is computed from its whole tokens, which is never too short.
 * @returns undefined if the answer is not such a Decision
 */
export function decisionIn(answer: unknown, asked: readonly Limit[]): Decision | undefined {
  if (isDecided(answer)) {
    const limits = limitsAsked(answer);
    return limits.length === 0 || sameLimits(limits, asked) ? answer : undefined;
  }
  return isDecision(answer, asked) ? restated(answer, asked) : undefined;
}

/**
 * A store's answer as reservations: a valid decision for each want, and moments that are numbers.
 * @throws TypeError for anything else
 */
export function reservationsIn(answer: unknown, wants: readonly Want[]): Reservations {
  const { made, movedSecs, blockedUntil } = (answer ?? {}) as Partial<Reservations>;
  const areMoments = [movedSecs, blockedUntil].every(each => each === undefined || typeof each === 'number');
  if (made === undefined && areMoments && typeof answer === 'object')
    return { made, movedSecs, blockedUntil };
  if (areMoments && Array.isArray(made) && made.length === wants.length) {
    const valid = (made as readonly Reservation[]).flatMap(({ decision, at, undo }, i) => {
      const checked = decisionIn(decision, (wants[i] as Want).limits);
      return checked === undefined || Number.isNaN(Number(at)) ? [] : { decision: checked, at, undo };
    });
    if (valid.length === wants.length) return { made: valid, movedSecs, blockedUntil };
  }
  throw new TypeError(`store.reserve must return Reservations, got ${shown(answer)}`);
}

/**
 * A store's answer to `take` or `strike`.
 * @throws TypeError for an answer that is not a number of 0 or more
 */
export function numberIn(answer: unknown): number {
  if (typeof answer === 'number' && answer >= 0) return answer;
  throw new TypeError(`store: take and strike must return a number of 0 or more, got ${shown(answer)}`);
}

function isDecision(value: unknown, asked: readonly Limit[]): value is ToldDecision {
  if (typeof value !== 'object' || value === null) return false;
  const { allowed, limits, violated, blocked, retryAfterSecs } = value as Partial<
    Record<keyof Decision, unknown>
  >;
  return (
    Array.isArray(limits) &&
    (limits.length === 0 ||
      (limits.length === asked.length && asked.every((limit, i) => isStateOf(limit, limits[i])))) &&
    Array.isArray(violated) &&
    violated.every(name => asked.some(limit => limit.name === name)) &&
    (allowed === true
      ? violated.length === 0 && retryAfterSecs === 0 && blocked !== true
      : allowed === false &&
        (violated.length > 0 || limits.length === 0 || blocked === true) &&
        isWait(retryAfterSecs)) &&
    (blocked === undefined || typeof blocked === 'boolean')
  );
}

function isStateOf(limit: Limit, value: Partial<LimitState> | null | undefined): boolean {
  return (
    value?.name === limit.name &&
    value.capacityMax === limit.capacityMax &&
    value.restoreRateHz === limit.restoreRateHz &&
    Number.isInteger(value.tokensLeft) &&
    (value.tokensLeft as number) >= 0 &&
    (value.tokensLeft as number) <= limit.capacityMax &&
    (value.secondsUntil === undefined ||
      (isWait(value.secondsUntil()) && isWait(value.secondsUntil(limit.capacityMax))))
  );
}

/** Whether this is a wait: seconds, 0 or more, may be Infinity. */
function isWait(secs: unknown): boolean {
  return typeof secs === 'number' && secs >= 0;
}
