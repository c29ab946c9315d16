import type { KeyMask } from '../masking.js';
import type { Group, WatchedPlaces } from '../watched.js';

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
  const all = Array.from(group.entries(), ([key, { inFlight, limit }]) => ({ key, inFlight, limit }));
  all.sort((a, b) => b.inFlight / b.limit - a.inFlight / a.limit);
  return {
    name: group.name,
    keys: all.length,
    inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0),
    limiters: all.slice(0, SHOWN_MAX).map(({ key, inFlight, limit }) => ({
      ...(key !== undefined && { key: mask(key) }),
      inFlight,
      limit,
    })),
  };
}
