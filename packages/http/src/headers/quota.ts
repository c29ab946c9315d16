import type { Limit } from '@breaking/core';
import { ceilSecs, LARGEST_INTEGER } from '@breaking/core/internal';
import { WrittenMembers } from './writtenMembers.js';

/** What the header fields say of a limit whatever is left of it. */
export interface Quota {
  /** The limit's name, as a string of a structured field (RFC 9651). */
  readonly label: string;
  /** The quota, and the seconds that it is given for. */
  readonly q: number;
  readonly w: number;
  /**
   * Whether the bucket holds less than it regains in a second, and so does not show the rate: then a window of one second
   * does, and an allowed request needs no `t`.
   */
  readonly isFast: boolean;
  /** For a limit that never changes: what was said of it before. */
  readonly written?: WrittenMembers;
}

/** The quotas of limits that are decided together, and what `RateLimit-Policy` says of them in draft-11. */
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
