import type { Limit } from '@breaking/core';
import { ceilSecs, LARGEST_INTEGER } from '@breaking/core/internal';

/** The ways to tell a client about its limits. */
export type HeaderFormat = 'draft-11' | 'draft-7' | 'draft-6' | 'legacy';

/** The part of a limit's header fields that does not depend on the tokens left. */
export interface Quota {
  /** The limit's name, as a string of a structured field (RFC 9651). */
  readonly label: string;
  /** The quota, and its time window in seconds. */
  readonly q: number;
  readonly w: number;
  /**
   * Whether the bucket holds less than it regains in a second, so that its size does not show the rate. The fields show
   * the rate in a window of one second then, and no `t` for an allowed request.
   */
  readonly isFast: boolean;
  /** The cached list members of a limit that never changes. */
  readonly written?: WrittenMembers;
}

/** The quotas of limits that are decided together, and the `RateLimit-Policy` of draft-11 for them. */
export interface Quotas {
  readonly each: readonly Quota[];
  readonly policy: string;
}

export function quotasOf(limits: readonly Limit[]): Quotas {
  return together(limits.map(quotaOf));
}

/** For limits that are the same on every request. */
export function lastingQuotasOf(limits: readonly Limit[]): Quotas {
  return together(limits.map(limit => ({ ...quotaOf(limit), written: new WrittenMembers() })));
}

function together(each: readonly Quota[]): Quotas {
  return { each, policy: each.map(({ label, q, w }) => `${label};q=${q};w=${w}`).join(', ') };
}

function quotaOf({ name, capacityMax, restoreRateHz }: Limit): Quota {
  const isFast = capacityMax < restoreRateHz;
  return {
    label: `"${name.replace(/["\\]/g, '\\$&')}"`,
    q: isFast ? Math.min(Math.floor(restoreRateHz), LARGEST_INTEGER) : capacityMax,
    w: isFast ? 1 : ceilSecs(capacityMax / restoreRateHz),
    isFast,
  };
}

/** How many members are cached for one limit. */
const KEPT = 256;

/**
 * Cached members of `RateLimit` of one limit, by the whole tokens left. For an allowed request, the member depends on these
 * alone. The same few numbers repeat, and writing a member takes longer than deciding.
 */
class WrittenMembers {
  readonly #kept: { readonly tokensLeft: number; readonly member: string }[] = [];

  of(tokensLeft: number): string | undefined {
    const kept = this.#kept[tokensLeft % KEPT];
    return kept?.tokensLeft === tokensLeft ? kept.member : undefined;
  }

  keep(tokensLeft: number, member: string): void {
    this.#kept[tokensLeft % KEPT] = { tokensLeft, member };
  }
}
