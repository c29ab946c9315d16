import { debtAt } from '@breaking/core';
import { areThere } from '@breaking/core/internal';
import { DebtTable } from './debtTable.js';
import { ROWS_OF_PIECE } from './keyTable.js';
import { type SizeClass, Sizes } from './sizes.js';

/** The number of clients that need one burst, and of their requests. */
export interface Need {
  readonly burst: number;
  clients: number;
  requests: number;
}

type Bursts = Uint16Array | Uint32Array | Float64Array;

/** What a piece of the table stores in addition to debts. Bursts are 16-bit numbers until one is larger. */
interface Counts {
  bursts: Bursts;
  readonly requests: Uint32Array;
}

/**
 * For each client and each rate, the smallest burst with which it would never have been refused: the largest debt that it
 * would have had, in whole tokens. While nothing is refused, the debt of a bucket does not depend on its capacity, so one
 * pass finds them.
 */
export class ClientBursts {
  readonly rates: readonly number[];
  readonly #table: DebtTable;
  readonly #counts: Counts[] = [];
  /** What forgotten clients had needed: for each rate, by burst. */
  readonly #forgotten: readonly Map<number, Need>[];
  readonly #forgottenSizes = new Sizes();
  #requests = 0;

  constructor(rates: readonly number[], maxKeys: number) {
    this.rates = rates;
    this.#table = new DebtTable(rates, maxKeys);
    this.#forgotten = rates.map(() => new Map());
  }

  get requests(): number {
    return this.#requests;
  }

  /** The number of clients. A client that was forgotten and came back counts again. */
  get clients(): number {
    return this.#table.size + this.#table.forgotten;
  }

  /** How many clients were forgotten to make room for others. */
  get forgotten(): number {
    return this.#table.forgotten;
  }

  /** The number of tokens by which a burst may be too high. */
  get excess(): number {
    return this.#table.excess;
  }

  /**
   * Counts a request.
   * @param at seconds; a time before the latest one of its key counts as the latest
   * @param cost tokens, whole, at least 0
   */
  add(key: string, at: number, cost: number): void {
    const table = this.#table;
    const found = table.find(key);
    const row = found === -1 ? this.#added(key, at) : found;
    const index = row % ROWS_OF_PIECE;
    const counts = this.#counts[(row / ROWS_OF_PIECE) | 0] as Counts;
    this.#requests += 1;
    (counts.requests[index] as number) += 1;
    const { debts, at: moments, latest } = table.piece(row);
    const now = Math.max(at, latest[index] as number);
    if (cost === 0) {
      table.sawOnly(row, now);
      return;
    }

    const { rates } = this;
    const since = moments[index] as number;
    for (let i = 0, j = index * rates.length; i < rates.length; i++, j++) {
      const debt = debtAt(debts[j] as number, since, now, rates[i] as number);
      if (!areThere(counts.bursts[j] as number, debt, cost)) write(counts, j, smallestBurst(debt, cost));
      debts[j] = debt + cost;
    }
    moments[index] = now;
    latest[index] = now;
  }

  /** What the clients need at the i-th rate, by burst in ascending order. */
  needs(i: number): readonly Need[] {
    const byBurst = new Map<number, Need>();
    for (const need of (this.#forgotten[i] as Map<number, Need>).values())
      byBurst.set(need.burst, { ...need });
    for (let row = 0; row < this.#table.size; row++)
      tally(byBurst, this.#burst(row, i), this.#requestsOf(row));
    return [...byBurst.values()].sort((a, b) => a.burst - b.burst);
  }

  /**
   * The clients that need the largest bursts at the i-th rate, the largest first; among equal bursts, those with more
   * requests first.
   */
  largest(i: number, n: number): { key: string; burst: number; requests: number }[] {
    const largest: { row: number; burst: number; requests: number }[] = [];
    let least = 0;
    for (let row = 0; row < this.#table.size; row++) {
      // Most clients are skipped here, before an object is made.
      if (this.#burst(row, i) < least) continue;
      largest.push({ row, burst: this.#burst(row, i), requests: this.#requestsOf(row) });
      largest.sort(byBurst).splice(n);
      if (largest.length === n) least = largest.at(-1)?.burst ?? 0;
    }
    return largest.map(({ row, burst, requests }) => ({ key: this.#table.keyOf(row), burst, requests }));
  }

  /** How many clients made how many requests. */
  sizes(): readonly SizeClass[] {
    const sizes = this.#forgottenSizes.copy();
    for (let row = 0; row < this.#table.size; row++) sizes.add(this.#requestsOf(row));
    return sizes.classes;
  }

  #burst(row: number, i: number): number {
    const { bursts } = this.#counts[(row / ROWS_OF_PIECE) | 0] as Counts;
    return bursts[(row % ROWS_OF_PIECE) * this.rates.length + i] as number;
  }

  #requestsOf(row: number): number {
    return (this.#counts[(row / ROWS_OF_PIECE) | 0] as Counts).requests[row % ROWS_OF_PIECE] as number;
  }

  #added(key: string, at: number): number {
    const row = this.#table.add(key, at, forgotten => this.#moveOut(forgotten));
    if (this.#table.forgotten > 0) this.#table.beginWithFloor(row, at);
    const index = row % ROWS_OF_PIECE;
    if (index === 0 && row / ROWS_OF_PIECE === this.#counts.length) {
      const bursts = new Uint16Array(ROWS_OF_PIECE * this.rates.length);
      this.#counts.push({ bursts, requests: new Uint32Array(ROWS_OF_PIECE) });
    }
    const { bursts, requests } = this.#counts[(row / ROWS_OF_PIECE) | 0] as Counts;
    // The smallest bucket holds one token.
    bursts.fill(1, index * this.rates.length, (index + 1) * this.rates.length);
    requests[index] = 0;
    return row;
  }

  #moveOut(row: number): void {
    this.#forgottenSizes.add(this.#requestsOf(row));
    for (const [i, needs] of this.#forgotten.entries()) {
      tally(needs, this.#burst(row, i), this.#requestsOf(row));
    }
  }
}

/** The smallest whole capacity at which there are `cost` tokens. */
function smallestBurst(debt: number, cost: number): number {
  let burst = Math.ceil(debt + cost);
  // Above this, a double cannot be changed by one token.
  if (!Number.isSafeInteger(burst)) return burst;
  while (!areThere(burst, debt, cost)) burst += 1;
  while (burst > 1 && areThere(burst - 1, debt, cost)) burst -= 1;
  return burst;
}

function write(counts: Counts, j: number, burst: number): void {
  if (burst > 0xffff && counts.bursts instanceof Uint16Array) counts.bursts = new Uint32Array(counts.bursts);
  if (burst > 0xffff_ffff && !(counts.bursts instanceof Float64Array))
    counts.bursts = new Float64Array(counts.bursts);
  counts.bursts[j] = burst;
}

function tally(needs: Map<number, Need>, burst: number, requests: number): void {
  const need = needs.get(burst);
  if (need === undefined) needs.set(burst, { burst, clients: 1, requests });
  else {
    need.clients += 1;
    need.requests += requests;
  }
}

interface Sized {
  readonly burst: number;
  readonly requests: number;
}

function byBurst(a: Sized, b: Sized): number {
  return b.burst - a.burst || b.requests - a.requests;
}
