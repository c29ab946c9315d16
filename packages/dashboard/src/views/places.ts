import type { KeyMask } from '../masking.js';
import type { Group, WatchedPlaces } from '../watched.js';
import { Highest } from './highest.js';

/** Limiters of a group that are shown one by one. The others are in its sum. */
const SHOWN_MAX = 20;

export interface ConcurrencyLimitView {
  readonly name: string;
  readonly keys: number;
  /** Of all keys together. */
  readonly inFlight: number;
  /** The limiters that are fullest, at most 20. */
  readonly limiters: readonly { readonly key?: string; readonly inFlight: number; readonly limit: number }[];
}

export function concurrencyLimitView(group: Group<WatchedPlaces>, mask: KeyMask): ConcurrencyLimitView {
  const fullest = new Highest<readonly [string | undefined, WatchedPlaces]>(SHOWN_MAX);
  let [keys, sum] = [0, 0];
  for (const [key, limiter] of group.entries()) {
    keys++;
    sum += limiter.inFlight;
    const share = limiter.inFlight / limiter.limit;
    if (fullest.keeps(share)) fullest.add([key, limiter], share);
  }
  const limiters = fullest.items.map(([key, { inFlight, limit }]) => ({
    ...(key !== undefined && { key: mask(key) }),
    inFlight,
    limit,
  }));
  return { name: group.name, keys, inFlight: sum, limiters };
}
