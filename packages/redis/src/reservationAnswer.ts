import { decided, type Limit, type Reservation, type Reservations, type Want } from '@breaking/core';
import { costAt, refusedFor } from '@breaking/core/internal';
import type { Kept, Undo } from './command.js';

/** The words of a response, read one after another. */
class Words {
  readonly #words: readonly string[];
  #next = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** @throws Error if there is none, or if it is not a number */
  number(): number {
    const word = this.#words[this.#next++] ?? '';
    const value = word === 'inf' ? Infinity : Number(word);
    if (word === '' || Number.isNaN(value))
      throw new Error(`Redis: unexpected word in an answer: ${JSON.stringify(word)}`);
    return value;
  }

  /** The next n numbers, or false if each is a dash. */
  kept(count: number): Kept {
    if (this.#words[this.#next] !== '-') return Array.from({ length: count }, () => this.number());
    this.#next += count;
    return false;
  }
}

/**
 * Reads the response to `reserve`.
 * @param words the words after the status and the time
 * @param time the server's time, in microseconds
 * @param now the same moment on the limiter's clock, in seconds
 */
export function reservationsIn(
  words: readonly string[],
  isDone: boolean,
  wants: readonly Want[],
  time: number,
  now: number,
): Reservations {
  const read = new Words(words);
  const [movedSecs] = read.kept(1) || [];
  const blockedSecs = read.number();
  const blockedUntil = blockedSecs > 0 ? now + blockedSecs : undefined;
  if (!isDone) return { made: undefined, movedSecs, blockedUntil };
  const made = wants.map(want => reservationIn(read, want, time, now));
  return { made, movedSecs, blockedUntil };
}

function reservationIn(read: Words, { limits, cost }: Want, time: number, now: number): Reservation {
  const isReserved = read.number() === 1;
  const waitSecs = read.number();
  const isBlocked = read.number() === 1;
  const debts: number[] = [];
  const before: Kept[] = [];
  for (const _ of limits) {
    debts.push(read.number());
    before.push(read.kept(3));
  }
  const waiting = read.kept(3);
  const moved = read.number();
  if (!isReserved) {
    const decision = refusedFor(limits, debts, cost, waitSecs, isBlocked);
    return { decision, at: now, undo: undefined };
  }
  const isTaken = (_: unknown, i: number) => costAt(cost, i) > 0;
  const isOther = (_: unknown, i: number) => costAt(cost, i) === 0;
  const taken = limits.filter(isTaken);
  const named = ({ name, restoreRateHz }: Limit) => ({ name, rate: restoreRateHz });
  const undo: Undo = {
    limits: taken.map(named),
    before: before.filter(isTaken),
    others: limits.filter(isOther).map(named),
    kept: before.filter(isOther),
    after: debts.filter(isTaken).map(debt => [debt, time]),
    waiting: waiting && [...waiting, moved],
    moved,
  };
  return {
    decision: decided(limits, drained(limits, debts, waitSecs), cost, true),
    at: now + waitSecs,
    undo: taken.length > 0 ? undo : undefined,
  };
}

/** The debts of the limits after this time. */
function drained(limits: readonly Limit[], debts: readonly number[], secs: number): number[] {
  return limits.map(({ restoreRateHz }, i) => Math.max(0, (debts[i] as number) - secs * restoreRateHz));
}
