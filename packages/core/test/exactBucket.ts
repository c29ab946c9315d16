import type { BucketPolicy } from '@breaking/core';

/** A double as a whole number of units of 2^-128: exact, or an error where it has finer bits than that. */
const exactly = (x: number): bigint => BigInt(x * 2 ** 128);

/** Tokens in units of 2^-256, in which a product of seconds and Hz is whole too. */
export const inUnits = (tokens: number): bigint => exactly(tokens) << 128n;

/**
 * A token bucket in exact rational arithmetic, to hold the real one against: a double is a rational number, so the same
 * capacity, rate and clock readings leave nothing to round. It has no slack. Whoever asks for tokens decides: it follows.
 */
export class ExactBucket {
  readonly #capacity: bigint;
  readonly #rate: bigint;
  #tokens: bigint;
  #at: bigint;

  constructor({ capacityMax, restoreRateHz }: BucketPolicy, now: number) {
    this.#capacity = inUnits(capacityMax);
    this.#rate = exactly(restoreRateHz);
    this.#tokens = this.#capacity;
    this.#at = exactly(now);
  }

  /** The tokens at `now`, in units. A clock that stepped back is taken note of, and changes nothing else. */
  look(now: number): bigint {
    const at = exactly(now);
    if (at < this.#at) this.#at = at;
    return this.#upToCapacity(this.#tokens + (at - this.#at) * this.#rate);
  }

  /** Adds `n` tokens up to the capacity; takes them where `n` < 0, whether they are there or not. */
  add(n: number, now: number): void {
    this.#tokens = this.#upToCapacity(this.look(now) + inUnits(n));
    this.#at = exactly(now);
  }

  #upToCapacity(tokens: bigint): bigint {
    return tokens < this.#capacity ? tokens : this.#capacity;
  }
}
