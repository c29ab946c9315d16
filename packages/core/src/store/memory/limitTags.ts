import type { KeyHash } from './keyHash.js';

/**
 * Tags of what a key stores in addition to the buckets of its limits: the remaining seconds of a block, the tokens of a
 * lockout, and how often a lockout has blocked it. No limit name has these tags.
 */
export const BLOCK = 1;
export const STRIKES = 2;
export const TIMES = 3;

/** Whether a tag is that of a limit's name. */
export function isNameTag(tag: number): boolean {
  return tag >>> 0 > TIMES;
}

/**
 * Words that stand for the names of limits. For each position in a list of limits, the last name and its tag are
 * remembered: limiters pass the same names again and again, so usually nothing is hashed. Two names with the same tag,
 * one pair in 2^32, share a bucket.
 */
export class LimitTags {
  readonly #hash: KeyHash;
  readonly #names: string[] = [];
  readonly #tags: number[] = [];

  constructor(hash: KeyHash) {
    this.#hash = hash;
  }

  /** The same tags, for a user with other names. */
  again(): LimitTags {
    return new LimitTags(this.#hash.after(''));
  }

  /** The tag of a name at position `i`: a word that is neither 0 nor one of the tags above. */
  of(i: number, name: string): number {
    return this.#names[i] === name ? (this.#tags[i] as number) : this.#learn(i, name);
  }

  /** The tags of the first `count` positions. */
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
