import { debtAt } from '@breaking/core';
import { KeyTable, ROWS_OF_PIECE } from './keyTable.js';

/** If there is no room, one of this many neighbours is forgotten. */
const NEIGHBOURS = 16;

/** The debts of {@link ROWS_OF_PIECE} keys: one for each rate. */
interface Piece {
  readonly debts: Float64Array;
  /** The moments of the debts. */
  readonly at: Float64Array;
  /** The latest moments at which the keys occurred: the same array as `at` until they differ. */
  latest: Float64Array;
}

/**
 * What many keys owe at several rates, for at most `maxKeys` keys. If there is no room for a new key, it replaces another: of
 * 16, the one that owes least at the slowest rate.
 *
 * A forgotten key may come back. So the table also keeps the most that any forgotten key can still owe (`floor`), which
 * drains like every debt. If new keys begin with that debt, no debt is ever too small. This is Space-Saving with debts
 * instead of counts.
 *
 * Source: Metwally, Agrawal, El Abbadi, Efficient Computation of Frequent and Top-k Elements in Data Streams, ICDT 2005.
 */
export class DebtTable {
  readonly rates: readonly number[];
  readonly #maxKeys: number;
  readonly #slowest: number;
  readonly #keys = new KeyTable();
  readonly #pieces: Piece[] = [];
  readonly #floor: Float64Array;
  #floorAt = -Infinity;
  #excess = 0;
  #nextVictim = 0;
  #forgotten = 0;

  constructor(rates: readonly number[], maxKeys: number) {
    this.rates = rates;
    this.#maxKeys = maxKeys;
    this.#slowest = rates.indexOf(Math.min(...rates));
    this.#floor = new Float64Array(rates.length);
  }

  /** The number of rows in use: 0 to size − 1. */
  get size(): number {
    return this.#keys.size;
  }

  /** How many times a key was forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  keyOf(row: number): string {
    return this.#keys.keyOf(row);
  }

  /** The largest value of the floor so far: a debt may be too large by this much if keys begin with it. */
  get excess(): number {
    return this.#excess;
  }

  /** The row of a key, or -1. */
  find(key: string): number {
    return this.#keys.find(key);
  }

  /**
   * Adds a row for a new key, without debt.
   * @param onForgotten called with the row of the key that is replaced, if any, before it is overwritten
   */
  add(key: string, now: number, onForgotten: (row: number) => void): number {
    if (this.size < this.#maxKeys) {
      const row = this.#keys.add(key);
      if (row % ROWS_OF_PIECE === 0) this.#pieces.push(this.#emptyPiece());
      this.#seen(row, now);
      return row;
    }
    const row = this.#victim(now);
    onForgotten(row);
    this.#forget(row, now);
    this.#keys.replace(row, key);
    const start = (row % ROWS_OF_PIECE) * this.rates.length;
    this.piece(row).debts.fill(0, start, start + this.rates.length);
    this.#seen(row, now);
    return row;
  }

  /** Makes a new row begin with the most that a forgotten key may still owe. */
  beginWithFloor(row: number, now: number): void {
    const start = (row % ROWS_OF_PIECE) * this.rates.length;
    for (const [i, rate] of this.rates.entries()) {
      this.piece(row).debts[start + i] = debtAt(this.#floor[i] as number, this.#floorAt, now, rate);
    }
  }

  piece(row: number): Piece {
    return this.#pieces[(row / ROWS_OF_PIECE) | 0] as Piece;
  }

  /** Records that a key occurred and took nothing, so its debts do not change. */
  sawOnly(row: number, now: number): void {
    const piece = this.piece(row);
    if (piece.latest === piece.at) piece.latest = piece.at.slice();
    piece.latest[row % ROWS_OF_PIECE] = now;
  }

  #emptyPiece(): Piece {
    const at = new Float64Array(ROWS_OF_PIECE);
    return { debts: new Float64Array(ROWS_OF_PIECE * this.rates.length), at, latest: at };
  }

  #seen(row: number, now: number): void {
    const { at, latest } = this.piece(row);
    at[row % ROWS_OF_PIECE] = now;
    latest[row % ROWS_OF_PIECE] = now;
  }

  #debt(row: number, i: number, now: number): number {
    const { debts, at } = this.piece(row);
    const index = row % ROWS_OF_PIECE;
    const debt = debts[index * this.rates.length + i] as number;
    return debtAt(debt, at[index] as number, now, this.rates[i] as number);
  }

  #victim(now: number): number {
    let victim = this.#nextVictim;
    let least = Infinity;
    for (let step = 0; step < NEIGHBOURS; step++) {
      const row = (this.#nextVictim + step) % this.size;
      const debt = this.#debt(row, this.#slowest, now);
      if (debt >= least) continue;
      victim = row;
      least = debt;
    }
    this.#nextVictim = (this.#nextVictim + NEIGHBOURS) % this.size;
    return victim;
  }

  #forget(row: number, now: number): void {
    for (let i = 0; i < this.rates.length; i++) {
      const floor = debtAt(this.#floor[i] as number, this.#floorAt, now, this.rates[i] as number);
      this.#floor[i] = Math.max(floor, this.#debt(row, i, now));
      this.#excess = Math.max(this.#excess, this.#floor[i] as number);
    }
    this.#floorAt = Math.max(this.#floorAt, now);
    this.#forgotten += 1;
  }
}
