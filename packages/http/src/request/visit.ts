import { type Decision, type Limits, sourceOf } from '@breaking/core';
import type { HeaderFormat, Quotas } from '../headers/quota.js';

/** What refunds tokens. */
interface Refunding {
  refund(key: string, n: number, limits?: Limits): unknown;
}

/** One request at one limiter: what was asked, and the decision. */
export interface Visit {
  readonly limiter: Refunding;
  readonly formats: readonly HeaderFormat[];
  /** The quotas of the limits that decide, in their order. */
  quotas: Quotas;
  key: string;
  /** The tokens to take; 0 after they were refunded. */
  cost: number;
  /** Instead of the limiter's own limits. */
  limits: Limits | undefined;
  decision: Decision | undefined;
  /** Whether the limiter enforces for this key; in shadow mode its headers are not shown either. */
  isEnforced: boolean;
}

/**
 * Whether decision `a` is more restrictive than `b`: a refusal first (the longer wait of two), then the one with fewer tokens
 * left under its tightest limit. The earlier one wins a tie.
 */
function restrictsMore(a: Decision, b: Decision): boolean {
  if (a.allowed !== b.allowed) return !a.allowed;
  if (!a.allowed) return a.retryAfterSecs > b.retryAfterSecs;
  return tightest(a) < tightest(b);
}

function tightest(decision: Decision): number {
  return decision.limits.reduce((fewest, limit) => Math.min(fewest, limit.tokensLeft), Infinity);
}

/** The most restrictive of the decisions on one request; undefined if there is none yet. */
export function mostRestrictive(visits: readonly Visit[]): Decision | undefined {
  let most: Decision | undefined;
  for (const { decision } of visits) {
    if (decision === undefined) continue;
    if (most === undefined || restrictsMore(decision, most)) most = decision;
  }
  return most;
}

/**
 * Refunds the tokens of this visit, once. If something else decided in the store's place, the store gave no tokens, and a
 * refund would give away those of others.
 * @returns a promise if the store returns one
 */
export function giveBack(visit: Visit): unknown {
  const { decision, cost } = visit;
  if (decision?.allowed !== true || cost === 0 || sourceOf(decision) === 'local') return undefined;
  visit.cost = 0;
  return visit.limiter.refund(visit.key, cost, visit.limits);
}
