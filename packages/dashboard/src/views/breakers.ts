import type { CircuitState } from '@breaking/core';
import type { BreakerHistory, StripPart } from '../counting/breakerHistory.js';
import type { KeyMask } from '../masking.js';
import type { Group, WatchedBreaker } from '../watched.js';
import { Highest } from './highest.js';
import { type Member, Rounds } from './rounds.js';

/** How many breakers of a group are shown individually. The others are only in the totals. */
const SHOWN_MAX = 20;

export interface CircuitBreakerView {
  readonly name: string;
  /** How many breakers of the group, one for each key, are in each state. */
  readonly states: Readonly<Record<CircuitState, number>>;
  /** Those that are not closed first, and among these the latest changes first; at most 20. */
  readonly breakers: readonly BreakerView[];
}

export interface BreakerView {
  /** Masked; absent for the breaker without a key. */
  readonly key?: string;
  /** The id of its key in actions. */
  readonly id?: string;
  readonly state: CircuitState;
  /** Seconds until the next call may be admitted; null until a reset. */
  readonly retryAfterSecs: number | null;
  /** How long it has been in this state; absent if it has not changed since it is watched. */
  readonly forSecs?: number;
  readonly strip: readonly StripPart[];
}

export interface BreakerSources {
  /** What was found in each group before. */
  readonly breakerRounds: WeakMap<Group<WatchedBreaker>, Rounds<WatchedBreaker, Found>>;
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
  const { history, breakerRounds } = sources;
  const rounds = breakerRounds.get(group) ?? new Rounds(group, () => new Found());
  breakerRounds.set(group, rounds);
  const ranks = history.ranksOf(name);
  const { states, shown } = rounds.look(now, (found, member) =>
    found.add(member, ranks.get(member[0]) ?? -1),
  );
  return { name, states, breakers: shown.map(member => breakerView(name, member, sources, now)) };
}

/** Counts the breakers of a group by state, and selects those to show. */
class Found {
  readonly states: Record<CircuitState, number> = { closed: 0, open: 0, halfOpen: 0 };
  readonly #urgent = new Highest<Member<WatchedBreaker>>(SHOWN_MAX);
  readonly #closed = new Highest<Member<WatchedBreaker>>(SHOWN_MAX);

  /** @param rank higher for a later change */
  add(member: Member<WatchedBreaker>, rank: number): void {
    const [, { state }] = member;
    this.states[state]++;
    const those = state === 'closed' ? this.#closed : this.#urgent;
    if (those.keeps(rank)) those.add(member, rank);
  }

  get shown(): readonly Member<WatchedBreaker>[] {
    return [...this.#urgent.items, ...this.#closed.items].slice(0, SHOWN_MAX);
  }
}

function breakerView(
  name: string,
  [key, breaker]: Member<WatchedBreaker>,
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
