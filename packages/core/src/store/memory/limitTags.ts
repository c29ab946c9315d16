import type { KeyHash } from './keyHash.js';

/**
 * Tags of what a key keeps beside the buckets of its limits: the seconds that are left of a block, the tokens of a lockout,
 * and how often a lockout has blocked it. No name has them.
 */
export const BLOCK = 1;
export const STRIKES = 2;
export const TIMES = 3;

/** Whether a tag is that of a limit's name. */
export function isNameTag(tag: number): boolean {
  return tag >>> 0 > TIMES;
}

/**
 * Words that stand for the names of limits. The last name of each place in a list of limits is kept with its tag: limiters
 * ask for the same names again and again, and then nothing is hashed. Two names that have the same tag, one pair in 2^32,
 * share a bucket.
 */
export class LimitTags {
  readonly #hash: KeyHash;
  readonly #names: string[] = [];
  readonly #tags: number[] = [];

  constructor(hash: KeyHash) {
    this.#hash = hash;
  }

  /** The same tags, for a user that asks for other names. */
  again(): LimitTags {
    return new LimitTags(this.#hash.after(''));
  }

  /** The tag of a name that is asked for at place `i`: a word that is neither 0 nor one of the tags above. */
  of(i: number, name: string): number {
    return this.#names[i] === name ? (this.#tags[i] as number) : this.#learn(i, name);
  }

  /** The tags of the first `count` places. */
  first(count: number): readonly number[] {
    return this.#tags.slice(0, count);
  }

  #learn(i: number, name: string): number {
    this.#hash.take(name);
    const { low } = this.#hash;
    const tag = isNameTag(low) ? low : low + TIMES + 1;
    this.#names[i] = name;
    this.#tags[i] = tag;
    return tag;
  }
}
