import { cappedDebt, debtAt } from '../../bucket/debt.js';
import type { BucketPolicy } from '../../bucket/policy.js';
import { BLOCK, TIMES } from './limitTags.js';

/**
 * A slot is 32 bytes: 4 words (2 for the key's hash, 1 for the name's tag or 0 if the slot is empty, 1 for the rate),
 * then 2 doubles (debt, at). A slot is identified by the index of its first word. The index of its first double is half
 * of that.
 */
export const WORDS = 8;

/**
 * Rates are stored as floats, and used only for eviction. They are rounded down, so that no bucket counts as full too
 * early.
 */
export const ROUNDED_DOWN = 0.999_999_8;

/** Keeps the order of blocks among each other, and puts them after every bucket. */
const LONGER_THAN_ANY = 1e200;

/** Slots for buckets, in one piece of memory. */
export class BucketSlots {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly rates: Float32Array;

  /** @param words a multiple of {@link WORDS} */
  constructor(words: number) {
    this.words = new Int32Array(words);
    this.doubles = new Float64Array(this.words.buffer);
    this.rates = new Float32Array(this.words.buffer);
  }

  get slots(): number {
    return this.words.length / WORDS;
  }

  /**
   * What a bucket owes now under a limit: 0 if there is no bucket (-1). If the clock stepped back, the debt stays and
   * drains from `now`.
   * @param maxWaitSecs the longest wait of a caller: what returns in it may be owed beyond the capacity
   */
  owed(slot: number, { capacityMax, restoreRateHz }: BucketPolicy, now: number, maxWaitSecs: number): number {
    if (slot === -1) return 0;
    const { doubles } = this;
    const at = (slot >> 1) + 3;
    // Written as a negation so that NaN is replaced too.
    if (!((doubles[at] as number) <= now)) doubles[at] = now;
    const debt = cappedDebt(doubles[at - 1] as number, capacityMax, maxWaitSecs * restoreRateHz);
    return debtAt(debt, doubles[at] as number, now, restoreRateHz);
  }

  set(slot: number, debt: number, at: number, restoreRateHz: number): void {
    this.doubles[(slot >> 1) + 2] = debt;
    this.doubles[(slot >> 1) + 3] = at;
    this.rates[slot + 3] = restoreRateHz * ROUNDED_DOWN;
  }

  /** What a bucket owed at {@link atOf}. */
  debtOf(slot: number): number {
    return this.doubles[(slot >> 1) + 2] as number;
  }

  atOf(slot: number): number {
    return this.doubles[(slot >> 1) + 3] as number;
  }

  /** The stored rate of a bucket, as a float, or what {@link mark} wrote. */
  rateOf(slot: number): number {
    return this.rates[slot + 3] as number;
  }

  /** Writes a number in place of the rate, in a slot that drains by a second each second. */
  mark(slot: number, value: number): void {
    this.rates[slot + 3] = value;
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

  /** Seconds until a bucket is full at its stored rate. A block counts as longer than any bucket. */
  secsUntilFull(slot: number, now: number): number {
    const tag = this.tagOf(slot);
    const restoreRateHz = tag === BLOCK || tag === TIMES ? 1 : this.rateOf(slot);
    const secs = debtAt(this.debtOf(slot), this.atOf(slot), now, restoreRateHz) / restoreRateHz;
    return tag === BLOCK ? secs * LONGER_THAN_ANY : secs;
  }

  /** The next slot; after the last comes the first. */
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
