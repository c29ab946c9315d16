import type { CircuitState } from '@breaking/core';
import type { BreakerHistory, StripPart } from '../counting/breakerHistory.js';
import type { KeyMask } from '../masking.js';
import type { Group, WatchedBreaker } from '../watched.js';
import { Highest } from './highest.js';

/** Breakers of a group that are shown one by one. The others are in its sums. */
const SHOWN_MAX = 20;

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
  readonly history: BreakerHistory;
  readonly mask: KeyMask;
  readonly idOf: (key: string) => string;
}

type Found = readonly [key: string | undefined, breaker: WatchedBreaker, state: CircuitState];

export function circuitBreakerView(
  group: Group<WatchedBreaker>,
  sources: BreakerSources,
  now: number,
): CircuitBreakerView {
  const { name } = group;
  const states: Record<CircuitState, number> = { closed: 0, open: 0, halfOpen: 0 };
  const ranks = sources.history.ranksOf(name);
  // There may be tens of thousands.
  const [urgent, closed] = [new Highest<Found>(SHOWN_MAX), new Highest<Found>(SHOWN_MAX)];
  for (const [key, breaker] of group.entries()) {
    const { state } = breaker;
    states[state]++;
    (state === 'closed' ? closed : urgent).add([key, breaker, state], ranks.get(key) ?? -1);
  }
  const shown = [...urgent.items, ...closed.items].slice(0, SHOWN_MAX);
  return { name, states, breakers: shown.map(found => breakerView(name, found, sources, now)) };
}

function breakerView(
  name: string,
  [key, breaker, state]: Found,
  { history, mask, idOf }: BreakerSources,
  now: number,
): BreakerView {
  const { retryAfterSecs } = breaker;
  const since = history.sinceOf(name, key);
  return {
    ...(key !== undefined && { key: mask(key), id: idOf(key) }),
    state,
    retryAfterSecs: Number.isFinite(retryAfterSecs) ? retryAfterSecs : null,
    ...(since !== undefined && { forSecs: now - since }),
    strip: history.stripOf(name, key, state, now),
  };
}
