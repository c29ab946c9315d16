import type { BucketPolicy } from '@breaking/core';

/** A double as a whole number of units of 2^-128. Throws if it has smaller bits. */
const exactly = (x: number): bigint => BigInt(x * 2 ** 128);

/** Tokens in units of 2^-256, in which a product of seconds and Hz is also whole. */
export const inUnits = (tokens: number): bigint => exactly(tokens) << 128n;

/**
 * A token bucket in exact rational arithmetic, as a reference for the real one. A double is a rational number, so the
 * same capacity, rate and clock readings need no rounding. It has no slack. It does not decide: it follows what the
 * real bucket gives.
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

  /** The tokens at `now`, in units. A step back of the clock is recorded, and changes nothing else. */
  look(now: number): bigint {
    const at = exactly(now);
    if (at < this.#at) this.#at = at;
    return this.#upToCapacity(this.#tokens + (at - this.#at) * this.#rate);
  }

  /** Adds `n` tokens up to the capacity. A negative `n` takes tokens, even if they are missing. */
  add(n: number, now: number): void {
    this.#tokens = this.#upToCapacity(this.look(now) + inUnits(n));
    this.#at = exactly(now);
  }

  #upToCapacity(tokens: bigint): bigint {
    return tokens < this.#capacity ? tokens : this.#capacity;
  }
}
