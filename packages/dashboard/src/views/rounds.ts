import type { Group } from '../watched.js';

/** Members that are looked at each time: of ten thousand, all in five times. */
const LOOKS = 2000;
/** What was found longer ago says nothing of now. */
const OLD_SECS = 10;

export type Member<T> = readonly [key: string | undefined, member: T];

/**
 * Goes through the members of a group, round after round. Of a large group it looks at some each time, and tells what it found
 * in its latest round: no look takes long. The first look is at all of them.
 * @typeParam Found what a round finds: it is given the members one after the other
 */
export class Rounds<T, Found> {
  readonly #group: Group<T>;
  readonly #begin: () => Found;
  #found: Found;
  #latest: Found | undefined;
  #rest: Iterator<Member<T>>;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param begin what a round finds in no members */
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
