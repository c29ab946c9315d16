import type { Decision, Limits } from '@breaking/core';
import type { HeaderFormat, Quotas } from '../headers/quota.js';

/** One request meeting one limiter: what was asked, and once it is decided, how. */
export interface Visit {
  readonly formats: readonly HeaderFormat[];
  /** Of the limits that decide, in their order. */
  quotas: Quotas;
  key: string;
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
