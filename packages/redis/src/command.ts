import type { Limit, Lockout, Reservation, Want } from '@breaking/core';
import { costAt, longestWait } from '@breaking/core/internal';

export type Operation = 'check' | 'peek' | 'refund' | 'reset' | 'take' | 'reserve' | 'block' | 'strike';

/** The operation of the script. */
export interface Command {
  readonly operation: Operation;
  readonly limits: readonly Limit[];
  /** Tokens, or the seconds of a block. */
  readonly amount: number;
  readonly payload: string;
}

/** The stored state of a bucket, or of those who wait, in the numbers of the script. */
export type Kept = readonly number[] | false;

/** What the script needs to take a reservation back. */
export interface Undo {
  readonly limits: readonly { readonly name: string; readonly rate: number }[];
  readonly before: readonly Kept[];
  readonly after: readonly Kept[];
  /** The limits with a cost of 0, and their state. */
  readonly others: readonly { readonly name: string; readonly rate: number }[];
  readonly kept: readonly Kept[];
  readonly waiting: Kept;
  readonly moved: number;
}

export function command(
  operation: Operation,
  limits: readonly Limit[] = [],
  amount = 0,
  payload: object | '' = '',
): Command {
  return { operation, limits, amount, payload: payload === '' ? '' : JSON.stringify(payload) };
}

/** @param earliest a moment: the server's time in microseconds, and seconds from there, which have finer digits */
export function reservePayload(
  wants: readonly Want[],
  withdrawn: readonly Reservation[],
  earliest: readonly [micros: number, secs: number] | undefined,
): object {
  return {
    earliest,
    wants: wants.map(({ limits, cost, maxWaitSecs }) => ({
      limits: limits.map(({ name, capacityMax, restoreRateHz }, i) => {
        return { name, capacity: capacityMax, rate: restoreRateHz, cost: costAt(cost, i) };
      }),
      longest: longestWait(maxWaitSecs),
    })),
    withdrawn: withdrawn.flatMap(({ undo }) => (undo as Undo | undefined) ?? []),
  };
}

export function strikePayload({ after, withinSecs, forSecs, backoff, maxSecs }: Lockout): object {
  return { after, rate: after / withinSecs, secs: forSecs, backoff, longest: maxSecs };
}

export function argumentsOf({ operation, limits, amount, payload }: Command, latest: string): string[] {
  const args = [operation, amount === Infinity ? 'inf' : String(amount), latest];
  for (const { name, capacityMax, restoreRateHz } of limits) {
    args.push(name, String(capacityMax), String(restoreRateHz));
  }
  if (payload !== '') args.push(payload);
  return args;
}
