/** The time that the page shows: ten minutes. */
export const SHOWN_SECS = 600;
/** The time that one point of a chart covers. */
export const SLOT_SECS = 2;

const SLOTS = SHOWN_SECS / SLOT_SECS;

/**
 * How often something happened in the last ten minutes, in slots of two seconds. Times are readings of one monotonic clock; a
 * time before the latest counts in the latest slot.
 */
export class RecentRate {
  readonly #counts = new Float64Array(SLOTS);
  /** The number of the latest slot, counted from the epoch of the clock. */
  #latest: number | undefined;

  add(now: number): void {
    const place = this.#placeAt(now);
    this.#counts[place] = (this.#counts[place] as number) + 1;
  }

  /**
   * The rate per second of each completed slot, the oldest first, at most 299. It begins with the first slot that is not
   * zero, so that rare events need few numbers.
   */
  perSecond(now: number): readonly number[] {
    const current = this.#placeAt(now);
    const countIn = (slotsAgo: number) => this.#counts[(current + SLOTS - slotsAgo) % SLOTS] as number;
    let length = SLOTS - 1;
    while (length > 0 && countIn(length) === 0) length--;
    return Array.from({ length }, (_, i) => countIn(length - i) / SLOT_SECS);
  }

  /** Forgets slots that are too old. @returns the index at which to count now */
  #placeAt(now: number): number {
    const slot = Math.max(Math.floor(now / SLOT_SECS), this.#latest ?? Number.NEGATIVE_INFINITY);
    const since = Math.max(this.#latest ?? slot, slot - SLOTS);
    for (let over = since + 1; over <= slot; over++) this.#counts[placeOf(over)] = 0;
    this.#latest = slot;
    return placeOf(slot);
  }
}

/** The reading of a clock may be negative. */
function placeOf(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS;
}
