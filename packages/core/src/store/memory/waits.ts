import { debtAt } from '../../bucket/debt.js';
import type { KeyHash } from './keyHash.js';

/** What is stored for a key while somebody waits on it. */
export interface Waiting {
  /** The longest possible wait. What returns in it may be owed beyond the capacity. */
  readonly maxWaitSecs: number;
  /** Seconds from `at` until the last waiting caller goes on, and until all buckets of the key are full. */
  readonly secs: number;
  readonly fullSecs: number;
  readonly at: number;
  /** Seconds by which blocks have delayed those who wait. */
  readonly movedSecs: number;
}

/** If there are more keys than this, those with full buckets are searched for and removed. */
const FEWEST_SWEPT = 64;

/** The keys on which somebody waits, or waited before the buckets were last written. */
export class Waits {
  /** The number of keys. A field, since every decision reads it. */
  size = 0;
  readonly #waiting = new Map<string, Waiting>();
  #sweepAbove = FEWEST_SWEPT;

  /** The entry of a key as of now. If nobody waits any more, `secs` is 0 or negative: the time since the last one went on. */
  of(key: KeyHash, now: number): Waiting | undefined {
    const waiting = this.#waiting.get(nameOf(key));
    if (waiting === undefined) return undefined;
    if (waiting.at > now) {
      // If the clock stepped back, the seconds stay and count from here.
      const stayed = { ...waiting, at: now };
      this.#waiting.set(nameOf(key), stayed);
      return stayed;
    }
    const { secs, fullSecs, at } = waiting;
    return { ...waiting, secs: secs - (now - at), fullSecs: fullSecs - (now - at), at: now };
  }

  set(key: KeyHash, waiting: Waiting | undefined): void {
    const name = nameOf(key);
    if (waiting === undefined) this.#waiting.delete(name);
    else {
      this.#waiting.set(name, waiting);
      if (this.#waiting.size > this.#sweepAbove) this.#sweep(waiting.at);
    }
    this.size = this.#waiting.size;
  }

  #sweep(now: number): void {
    for (const [name, { fullSecs, at }] of this.#waiting) {
      if (debtAt(fullSecs, at, now, 1) === 0) this.#waiting.delete(name);
    }
    this.#sweepAbove = Math.max(FEWEST_SWEPT, 2 * this.#waiting.size);
  }
}

function nameOf({ low, high }: KeyHash): string {
  return `${low} ${high}`;
}
