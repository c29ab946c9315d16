import type { CircuitState, TransitionMessage } from '@breaking/core';
import { SHOWN_SECS } from './recentRate.js';

/** How many breakers are remembered. */
const BREAKERS_MAX = 1000;
/** How many changes of each are remembered. */
const CHANGES_MAX = 60;

/** A state of a breaker, from so many seconds before now until the next part. */
export interface StripPart {
  readonly state: CircuitState;
  readonly fromSecsAgo: number;
}

interface Change {
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly at: number;
}

interface Past {
  readonly name: string;
  readonly key: string | undefined;
  readonly changes: Change[];
}

/**
 * The states of breakers over the last ten minutes, from their transitions. Remembers the 1,000 breakers that changed last,
 * and the latest 60 changes of each.
 */
export class BreakerHistory {
  /** In the order of their last changes. */
  readonly #pasts = new Map<string, Past>();

  changed({ name, key, from, to }: TransitionMessage, at: number): void {
    const id = idOf(name, key);
    const past = this.#pasts.get(id) ?? { name, key, changes: [] };
    const { changes } = past;
    changes.push({ from, to, at });
    // The latest change stays, since it says when the current state began.
    while (
      changes.length > CHANGES_MAX ||
      (changes.length > 1 && (changes[0] as Change).at < at - SHOWN_SECS)
    ) {
      changes.shift();
    }
    this.#pasts.delete(id);
    this.#pasts.set(id, past);
    if (this.#pasts.size > BREAKERS_MAX) this.#pasts.delete(this.#pasts.keys().next().value as string);
  }

  /** When a breaker last changed its state; undefined if that is not known. */
  sinceOf(name: string, key: string | undefined): number | undefined {
    return this.#pasts.get(idOf(name, key))?.changes.at(-1)?.at;
  }

  /** The keys of all breakers of a name that changed, with a rank: a later change has a higher rank. */
  ranksOf(name: string): ReadonlyMap<string | undefined, number> {
    const ranks = new Map<string | undefined, number>();
    for (const past of this.#pasts.values()) if (past.name === name) ranks.set(past.key, ranks.size);
    return ranks;
  }

  /**
   * The states of a breaker over the last ten minutes, the oldest first, without gaps.
   * @param state its current state
   */
  stripOf(name: string, key: string | undefined, state: CircuitState, now: number): readonly StripPart[] {
    const begin = now - SHOWN_SECS;
    const changes = (this.#pasts.get(idOf(name, key))?.changes ?? []).filter(({ at }) => at > begin);
    const first = changes[0]?.from ?? state;
    const moments = [{ state: first, at: begin }, ...changes.map(({ to, at }) => ({ state: to, at }))];
    return moments.map(({ state, at }) => ({ state, fromSecsAgo: inTenths(now - at) }));
  }
}

/** More digits would not be visible, and would be most of what is sent. */
function inTenths(secs: number): number {
  return Math.round(secs * 10) / 10;
}

/** A name cannot contain a line break. */
function idOf(name: string, key: string | undefined): string {
  return key === undefined ? name : `${name}\n${key}`;
}
