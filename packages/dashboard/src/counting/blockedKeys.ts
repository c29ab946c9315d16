/** How many keys are remembered. */
const KEYS_MAX = 100;

/**
 * The keys of one rate limit that are known to be blocked, and until when. If there are more than 100, the oldest entries are
 * forgotten. Times are readings of one monotonic clock.
 */
export class BlockedKeys {
  readonly #ends = new Map<string, number>();

  /** @param secs how long the block still lasts, Infinity for one without end; 0 for a key that is not blocked */
  record(key: string, secs: number, now: number): void {
    if (this.#ends.size === 0 && secs <= 0) return;
    this.#ends.delete(key);
    if (secs <= 0) return;
    this.#ends.set(key, now + secs);
    if (this.#ends.size > KEYS_MAX) this.#ends.delete(this.#ends.keys().next().value as string);
  }

  /** How long a key is still blocked; undefined if it is not known to be. */
  secsOf(key: string, now: number): number | undefined {
    const end = this.#ends.get(key);
    return end === undefined || end <= now ? undefined : end - now;
  }
}
