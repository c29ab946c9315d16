import type { CircuitState } from '@breaking/core';
import type { Group, WatchedBreaker } from '../watched.js';
import { Highest } from './highest.js';

/** Breakers of a group that are shown one by one. The others are in its sums. */
export const SHOWN_MAX = 20;
/** Breakers that are looked at each time: of ten thousand, all in five times. */
const LOOKS = 2000;
/** What was found longer ago says nothing of now. */
const OLD_SECS = 10;

export type Found = readonly [key: string | undefined, breaker: WatchedBreaker];

export interface Counted {
  readonly states: Readonly<Record<CircuitState, number>>;
  /** Those that are not closed first, and of these those that changed last. */
  readonly shown: readonly Found[];
}

/**
 * Counts the breakers of a group by their states. Of a large group it looks at some each time, and tells what it found in its
 * latest round: no look takes long. The first look is at all of them.
 */
export class Census {
  readonly #group: Group<WatchedBreaker>;
  #latest: Counted | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #round: Round;

  constructor(group: Group<WatchedBreaker>) {
    this.#group = group;
    this.#round = new Round(group);
  }

  /** @param ranks of the keys whose breakers changed: the higher the later */
  look(ranks: ReadonlyMap<string | undefined, number>, now: number): Counted {
    const isOld = now - this.#lookedAt > OLD_SECS;
    this.#lookedAt = now;
    if (isOld) this.#round = new Round(this.#group);
    if (this.#round.look(ranks, isOld ? Number.POSITIVE_INFINITY : LOOKS)) {
      this.#latest = this.#round.counted;
      this.#round = new Round(this.#group);
    }
    return this.#latest ?? this.#round.counted;
  }
}

/** Once through all breakers of a group. */
class Round {
  readonly #rest: Iterator<Found>;
  readonly #states: Record<CircuitState, number> = { closed: 0, open: 0, halfOpen: 0 };
  readonly #urgent = new Highest<Found>(SHOWN_MAX);
  readonly #closed = new Highest<Found>(SHOWN_MAX);

  constructor(group: Group<WatchedBreaker>) {
    this.#rest = group.entries()[Symbol.iterator]();
  }

  /** @returns whether there are no more */
  look(ranks: ReadonlyMap<string | undefined, number>, looks: number): boolean {
    for (let i = 0; i < looks; i++) {
      const next = this.#rest.next();
      if (next.done) return true;
      const [key, { state }] = next.value;
      this.#states[state]++;
      const rank = ranks.get(key) ?? -1;
      const those = state === 'closed' ? this.#closed : this.#urgent;
      if (those.keeps(rank)) those.add(next.value, rank);
    }
    return false;
  }

  get counted(): Counted {
    const shown = [...this.#urgent.items, ...this.#closed.items].slice(0, SHOWN_MAX);
    return { states: this.#states, shown };
  }
}
