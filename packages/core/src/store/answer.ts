import { secondsUntilThere } from '../bucket/debt.js';
import type { Decision, LimitState } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';

/** A Decision as any store may have made it: with the waits that only `secondsUntil` tells, or without. */
type Told = Omit<Decision, 'limits'> & { readonly limits: readonly (LimitState | ToldLimit)[] };
type ToldLimit = Omit<LimitState, 'secondsUntil'> & { readonly secondsUntil?: undefined };

/**
 * A store's answer as the Decision that it must be: on the limits `asked`, or on none (see `undecided`), and of one piece.
 * Limits that cannot tell a wait get one from their whole tokens, which is long enough in any case.
 * @returns undefined for what is no such Decision
 */
export function decisionIn(answer: unknown, asked: readonly Limit[]): Decision | undefined {
  if (!isDecision(answer, asked)) return undefined;
  if (answer.limits.every(limit => limit.secondsUntil !== undefined)) return answer as Decision;
  return { ...answer, limits: answer.limits.map(completed) };
}

function isDecision(value: unknown, asked: readonly Limit[]): value is Told {
  if (typeof value !== 'object' || value === null) return false;
  const { allowed, limits, violated, retryAfterSecs } = value as Partial<Record<keyof Decision, unknown>>;
  return (
    Array.isArray(limits) &&
    (limits.length === 0 ||
      (limits.length === asked.length && asked.every((limit, i) => isStateOf(limit, limits[i])))) &&
    Array.isArray(violated) &&
    violated.every(name => asked.some(limit => limit.name === name)) &&
    (allowed === true
      ? violated.length === 0 && retryAfterSecs === 0
      : allowed === false && (violated.length > 0 || limits.length === 0) && isWait(retryAfterSecs))
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

/** Seconds, 0 or more, also Infinity. */
function isWait(secs: unknown): boolean {
  return typeof secs === 'number' && secs >= 0;
}

function completed(limit: LimitState | ToldLimit): LimitState {
  const { capacityMax, restoreRateHz, tokensLeft } = limit;
  const secondsUntil = (n = 1) => secondsUntilThere(capacityMax, restoreRateHz, capacityMax - tokensLeft, n);
  return limit.secondsUntil === undefined ? { ...limit, secondsUntil } : limit;
}
