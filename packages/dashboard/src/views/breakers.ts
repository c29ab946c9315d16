import type { CircuitState } from '@breaking/core';
import type { BreakerHistory, StripPart } from '../counting/breakerHistory.js';
import type { KeyMask } from '../masking.js';
import type { Group, WatchedBreaker } from '../watched.js';
import { Census, type Found } from './census.js';

export interface CircuitBreakerView {
  readonly name: string;
  /** How many breakers, one for each key, are in which state. */
  readonly states: Readonly<Record<CircuitState, number>>;
  /** Those that are not closed first, and of these those that changed last; at most 20. */
  readonly breakers: readonly BreakerView[];
}

export interface BreakerView {
  /** Masked; absent for the breaker without a key. */
  readonly key?: string;
  /** The name by which actions call its key. */
  readonly id?: string;
  readonly state: CircuitState;
  /** Until the next call may be admitted; null until somebody resets it. */
  readonly retryAfterSecs: number | null;
  /** How long it has been in this state; absent if it has not changed since it is watched. */
  readonly forSecs?: number;
  readonly strip: readonly StripPart[];
}

export interface BreakerSources {
  /** What was counted of each group before. */
  readonly censuses: WeakMap<Group<WatchedBreaker>, Census>;
  readonly history: BreakerHistory;
  readonly mask: KeyMask;
  readonly idOf: (key: string) => string;
}

export function circuitBreakerView(
  group: Group<WatchedBreaker>,
  sources: BreakerSources,
  now: number,
): CircuitBreakerView {
  const { name } = group;
  const { history, censuses } = sources;
  const census = censuses.get(group) ?? new Census(group);
  censuses.set(group, census);
  const { states, shown } = census.look(history.ranksOf(name), now);
  return { name, states, breakers: shown.map(found => breakerView(name, found, sources, now)) };
}

function breakerView(
  name: string,
  [key, breaker]: Found,
  { history, mask, idOf }: BreakerSources,
  now: number,
): BreakerView {
  const { state, retryAfterSecs } = breaker;
  const since = history.sinceOf(name, key);
  return {
    ...(key !== undefined && { key: mask(key), id: idOf(key) }),
    state,
    retryAfterSecs: Number.isFinite(retryAfterSecs) ? retryAfterSecs : null,
    ...(since !== undefined && { forSecs: now - since }),
    strip: history.stripOf(name, key, state, now),
  };
}
