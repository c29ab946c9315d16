import { cappedDebt, debtAt } from '../../bucket/debt.js';
import type { Limit } from '../../bucket/policy.js';

/**
 * A slot is 32 bytes: 4 words (2 of the key's hash; the name's tag, 0 where the slot is empty; the rate), then 2 doubles
 * (debt, at). A slot is known by the index of its first word. The index of its first double is half of that.
 */
export const WORDS = 8;

/** Slots for buckets, in one piece of memory. */
export class BucketSlots {
  protected readonly words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #rates: Float32Array;

  /** @param words a multiple of {@link WORDS} */
  constructor(words: number) {
    this.words = new Int32Array(words);
    this.#doubles = new Float64Array(this.words.buffer);
    this.#rates = new Float32Array(this.words.buffer);
  }

  get slots(): number {
    return this.words.length / WORDS;
  }

  /**
   * What a bucket owes now under a limit: nothing where there is none (-1). If the clock stepped back, the debt stays and
   * drains from `now`.
   */
  owed(slot: number, { capacityMax, restoreRateHz }: Limit, now: number): number {
    if (slot === -1) return 0;
    const doubles = this.#doubles;
    const at = (slot >> 1) + 3;
    // Written as a negation so that a NaN is replaced too.
    if (!((doubles[at] as number) <= now)) doubles[at] = now;
    const debt = cappedDebt(doubles[at - 1] as number, capacityMax);
    return debtAt(debt, doubles[at] as number, now, restoreRateHz);
  }

  set(slot: number, debt: number, at: number, restoreRateHz: number): void {
    this.#doubles[(slot >> 1) + 2] = debt;
    this.#doubles[(slot >> 1) + 3] = at;
    // Only eviction uses this rate. It is never above the real one, so that no bucket counts as full too early.
    this.#rates[slot + 3] = restoreRateHz * 0.999_999_8;
  }

  lowOf(slot: number): number {
    return this.words[slot] as number;
  }

  highOf(slot: number): number {
    return this.words[slot + 1] as number;
  }

  tagOf(slot: number): number {
    return this.words[slot + 2] as number;
  }

  isEmpty(slot: number): boolean {
    return this.words[slot + 2] === 0;
  }

  /** Whether there is a bucket that is not full by now. */
  isLive(slot: number, now: number): boolean {
    return !this.isEmpty(slot) && this.secsUntilFull(slot, now) > 0;
  }

  /** Seconds until a bucket is full at the rate that it was set with. */
  secsUntilFull(slot: number, now: number): number {
    const debt = this.#doubles[(slot >> 1) + 2] as number;
    const at = this.#doubles[(slot >> 1) + 3] as number;
    const restoreRateHz = this.#rates[slot + 3] as number;
    return debtAt(debt, at, now, restoreRateHz) / restoreRateHz;
  }

  /** The next slot; the first one comes after the last. */
  after(slot: number): number {
    return slot + WORDS === this.words.length ? 0 : slot + WORDS;
  }

  protected copy(from: BucketSlots, slot: number, to: number): void {
    for (let word = 0; word < WORDS; word++) this.words[to + word] = from.words[slot + word] as number;
  }

  protected clear(slot: number): void {
    this.words[slot + 2] = 0;
  }
}
