import { type Decision, type Limits, sourceOf } from '@breaking/core';
import type { HeaderFormat, Quotas } from '../headers/quota.js';

/** What gives tokens back. */
interface Refunding {
  refund(key: string, n: number, limits?: Limits): unknown;
}

/** One request meeting one limiter: what was asked, and once it is decided, how. */
export interface Visit {
  readonly limiter: Refunding;
  readonly formats: readonly HeaderFormat[];
  /** Of the limits that decide, in their order. */
  quotas: Quotas;
  key: string;
  /** The tokens that are asked for; 0 once they have been given back. */
  cost: number;
  /** Instead of the limiter's own limits. */
  limits: Limits | undefined;
  decision: Decision | undefined;
  /** Whether the limiter rejects for this key; in shadow mode its headers are not shown either. */
  isEnforced: boolean;
}

/**
 * Whether decision `a` restricts more than `b`: a refusal does (of two, the one with the longer wait), then the one with
 * fewer tokens left under its tightest limit. Of equals, the earlier stays.
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
 * Gives back, once, what the limiter has given. If something stood in for its store, the store gave no tokens, and a refund
 * would give away those of others.
 * @returns a promise if the store answers with one
 */
export function giveBack(visit: Visit): unknown {
  const { decision, cost } = visit;
  if (decision?.allowed !== true || cost === 0 || sourceOf(decision) === 'local') return undefined;
  visit.cost = 0;
  return visit.limiter.refund(visit.key, cost, visit.limits);
}
