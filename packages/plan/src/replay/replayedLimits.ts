import { cappedDebt, debtAt, type Limits } from '@breaking/core';
import { areThere, namedLimits, secondsUntilThere } from '@breaking/core/internal';
import { DebtTable } from '../frontier/debtTable.js';
import { ROWS_OF_PIECE } from '../frontier/keyTable.js';

/** A client with refused requests. */
export interface RefusedClient {
  readonly key: string;
  /** The number of refused requests. */
  readonly refused: number;
  /** The time of its first refusal, in seconds. */
  readonly firstAt: number;
  /** The longest Retry-After, in seconds. */
  readonly longestWaitSecs: number;
}

/** The refusals of the clients in a piece of the table. */
interface Refusals {
  readonly refused: Uint32Array;
  readonly firstAt: Float64Array;
  readonly longestWaitSecs: Float64Array;
}

/**
 * The buckets of limits during a replay: all limits of a request are debited, or none. If there are more than `maxKeys` keys,
 * those with the least debt are forgotten, as in a memory store. A key that came back may have been refused more often than
 * is reported.
 */
export class ReplayedLimits {
  readonly #limits: ReturnType<typeof namedLimits>;
  readonly #table: DebtTable;
  readonly #refusals: Refusals[] = [];
  readonly #forgotten: RefusedClient[] = [];
  #refused = 0;

  /** @throws TypeError or RangeError for wrong limits */
  constructor(what: string, limits: Limits, maxKeys: number) {
    this.#limits = namedLimits(what, limits, 'default');
    this.#table = new DebtTable(
      this.#limits.map(limit => limit.restoreRateHz),
      maxKeys,
    );
  }

  /** The number of refused requests. */
  get refused(): number {
    return this.#refused;
  }

  /** How many keys were forgotten to make room for others. */
  get forgotten(): number {
    return this.#table.forgotten;
  }

  /** Decides a request: 0 if it is allowed, else the seconds until it would be. */
  add(key: string, at: number, cost: number): number {
    const found = this.#table.find(key);
    const row = found === -1 ? this.#added(key, at) : found;
    const index = row % ROWS_OF_PIECE;
    const { debts, at: moments, latest } = this.#table.piece(row);
    const now = Math.max(at, latest[index] as number);
    const first = index * this.#limits.length;
    const since = moments[index] as number;
    let waitSecs = 0;
    for (const [i, { capacityMax, restoreRateHz }] of this.#limits.entries()) {
      const debt = debtAt(cappedDebt(debts[first + i] as number, capacityMax), since, now, restoreRateHz);
      if (areThere(capacityMax, debt, cost)) continue;
      waitSecs = Math.max(waitSecs, secondsUntilThere(capacityMax, restoreRateHz, debt, cost));
    }
    if (waitSecs > 0) this.#refuse(row, now, waitSecs);
    if (waitSecs > 0 || cost === 0) this.#table.sawOnly(row, now);
    else {
      for (const [i, { capacityMax, restoreRateHz }] of this.#limits.entries()) {
        const debt = cappedDebt(debts[first + i] as number, capacityMax);
        debts[first + i] = debtAt(debt, since, now, restoreRateHz) + cost;
      }
      moments[index] = now;
      latest[index] = now;
    }
    return waitSecs;
  }

  /** The clients with refused requests, in the order of their first request. */
  clients(): readonly RefusedClient[] {
    const clients = [...this.#forgotten];
    for (let row = 0; row < this.#table.size; row++) {
      const client = this.#clientAt(row);
      if (client.refused > 0) clients.push(client);
    }
    return clients;
  }

  #refuse(row: number, at: number, waitSecs: number): void {
    const { refused, firstAt, longestWaitSecs } = this.#refusalsOf(row);
    const index = row % ROWS_OF_PIECE;
    if (refused[index] === 0) firstAt[index] = at;
    (refused[index] as number) += 1;
    longestWaitSecs[index] = Math.max(longestWaitSecs[index] as number, waitSecs);
    this.#refused += 1;
  }

  #added(key: string, at: number): number {
    const row = this.#table.add(key, at, forgotten => {
      const client = this.#clientAt(forgotten);
      if (client.refused > 0) this.#forgotten.push(client);
    });
    if (row === this.#refusals.length * ROWS_OF_PIECE) {
      this.#refusals.push({
        refused: new Uint32Array(ROWS_OF_PIECE),
        firstAt: new Float64Array(ROWS_OF_PIECE),
        longestWaitSecs: new Float64Array(ROWS_OF_PIECE),
      });
    }
    const { refused, longestWaitSecs } = this.#refusalsOf(row);
    refused[row % ROWS_OF_PIECE] = 0;
    longestWaitSecs[row % ROWS_OF_PIECE] = 0;
    return row;
  }

  #clientAt(row: number): RefusedClient {
    const { refused, firstAt, longestWaitSecs } = this.#refusalsOf(row);
    const index = row % ROWS_OF_PIECE;
    return {
      key: this.#table.keyOf(row),
      refused: refused[index] as number,
      firstAt: firstAt[index] as number,
      longestWaitSecs: longestWaitSecs[index] as number,
    };
  }

  #refusalsOf(row: number): Refusals {
    return this.#refusals[(row / ROWS_OF_PIECE) | 0] as Refusals;
  }
}
