import { debtAt } from '../../bucket/debt.js';
import type { KeyHash } from './keyHash.js';

/** What a key keeps for as long as somebody waits on it. */
export interface Waiting {
  /** The longest that anybody may wait. So much more than the capacity may be owed. */
  readonly maxWaitSecs: number;
  /** Seconds from `at` until the last who waits goes on, and until all buckets of the key are full. */
  readonly secs: number;
  readonly fullSecs: number;
  readonly at: number;
  /** Seconds by which blocks have moved those who wait. */
  readonly movedSecs: number;
}

/** How many keys there are at least when those with full buckets are looked for. */
const FEWEST_SWEPT = 64;

/** The keys on which somebody waits, or has waited and the buckets have not been written since. */
export class Waits {
  /** How many keys there are. A field, since every decision reads it. */
  size = 0;
  readonly #waiting = new Map<string, Waiting>();
  #sweepAbove = FEWEST_SWEPT;

  /** As of now. Where nobody waits any more, `secs` is 0 or less: so long ago the last one went on. */
  of(key: KeyHash, now: number): Waiting | undefined {
    const waiting = this.#waiting.get(nameOf(key));
    if (waiting === undefined) return undefined;
    if (waiting.at > now) {
      // The clock stepped back: the seconds stay, and pass from here.
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
