import type { BucketPolicy } from '@breaking/core';
import { LARGEST_CAPACITY } from '@breaking/core/internal';
import { policyCode } from './code.js';
import type { Cover } from './cover.js';
import type { FrontierPoint } from './frontier.js';

/** A suggested policy. */
export interface Suggestion extends BucketPolicy {
  /** The share of the clients that it never refuses. */
  readonly cover: string;
  /** Code to paste, such as `perMinute(10, { burst: 25 })`. */
  readonly code: string;
}

const MINUTE_SECS = 60;
const NEARLY = 1.1;

/**
 * The policy of the frontier that allows the fewest tokens in any minute, at the largest cover below 100 % (at 100 %, a
 * single client decides). Among those that allow up to a tenth more, it takes the one with the highest rate, so that refused
 * clients wait least.
 * @returns undefined if every burst is above the largest capacity of a limit
 */
export function suggestionOf(
  points: readonly FrontierPoint[],
  covers: readonly Cover[],
): Suggestion | undefined {
  const { text } = coverOf(covers);
  const policies = points
    .map(({ restoreRateHz, bursts }) => ({ capacityMax: bursts[text] as number, restoreRateHz }))
    .filter(({ capacityMax }) => capacityMax <= LARGEST_CAPACITY);
  if (policies.length === 0) return undefined;
  const inAMinute = (policy: BucketPolicy) => policy.capacityMax + policy.restoreRateHz * MINUTE_SECS;
  const least = Math.min(...policies.map(inAMinute));
  const fastest = policies
    .filter(policy => inAMinute(policy) <= least * NEARLY)
    .reduce((one, other) => (other.restoreRateHz > one.restoreRateHz ? other : one));
  return { ...fastest, cover: text, code: policyCode(fastest) };
}

function coverOf(covers: readonly Cover[]): Cover {
  const share = ({ numerator, denominator }: Cover) => numerator / denominator;
  const ascending = [...covers].sort((a, b) => share(a) - share(b));
  return ascending.findLast(cover => share(cover) < 1) ?? (ascending.at(-1) as Cover);
}
