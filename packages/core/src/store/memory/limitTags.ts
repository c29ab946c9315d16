import type { KeyHash } from './keyHash.js';

/**
 * Words that stand for the names of limits. They are kept by the place at which a name was asked for last: limiters ask
 * for the same again and again, and then nothing is hashed. Two names that meet, one pair in 2^32, share a bucket.
 */
export class LimitTags {
  readonly #hash: KeyHash;
  readonly #names: string[] = [];
  readonly #tags: number[] = [];

  constructor(hash: KeyHash) {
    this.#hash = hash;
  }

  /** The same tags, for somebody who asks for other names. */
  again(): LimitTags {
    return new LimitTags(this.#hash.after(''));
  }

  /** The tag of a name that is asked for at place `i`: a word that is not 0. */
  of(i: number, name: string): number {
    return this.#names[i] === name ? (this.#tags[i] as number) : this.#learn(i, name);
  }

  /** The tags of the first `count` places. */
  first(count: number): readonly number[] {
    return this.#tags.slice(0, count);
  }

  #learn(i: number, name: string): number {
    this.#hash.take(name);
    const tag = this.#hash.low || 1;
    this.#names[i] = name;
    this.#tags[i] = tag;
    return tag;
  }
}
