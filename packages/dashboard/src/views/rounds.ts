import type { Group } from '../watched.js';

/** How many members are examined each time: 10,000 members take five times. */
const LOOKS = 2000;
/** Results that are older than this say nothing about now. */
const OLD_SECS = 10;

export type Member<T> = readonly [key: string | undefined, member: T];

/**
 * Examines the members of a group, round after round. In a large group it examines only some each time, so no call takes
 * long, and returns the results of the latest round. The first call examines all.
 * @typeParam Found collects the results of a round: it receives the members one after the other
 */
export class Rounds<T, Found> {
  readonly #group: Group<T>;
  readonly #begin: () => Found;
  #found: Found;
  #latest: Found | undefined;
  #rest: Iterator<Member<T>>;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param begin the result of a round without members */
  constructor(group: Group<T>, begin: () => Found) {
    this.#group = group;
    this.#begin = begin;
    this.#found = begin();
    this.#rest = group.entries()[Symbol.iterator]();
  }

  look(now: number, add: (found: Found, member: Member<T>) => void): Found {
    const isOld = now - this.#lookedAt > OLD_SECS;
    this.#lookedAt = now;
    if (isOld) this.#restart();
    for (let i = 0; isOld || i < LOOKS; i++) {
      const next = this.#rest.next();
      if (next.done) {
        this.#latest = this.#found;
        this.#restart();
        return this.#latest;
      }
      add(this.#found, next.value);
    }
    return this.#latest ?? this.#found;
  }

  #restart(): void {
    this.#found = this.#begin();
    this.#rest = this.#group.entries()[Symbol.iterator]();
  }
}
