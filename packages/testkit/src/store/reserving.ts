import type { Reservation, Reservations, Want } from '@breaking/core';
import { limit, type Opened } from './opened.js';

export const TWO = [limit('only', 2, 1)];

export function want(limits = TWO, cost: Want['cost'] = 1, maxWaitSecs = 10): Want {
  return { limits, cost, maxWaitSecs };
}

export async function reserve(
  opened: Opened,
  wants: readonly Want[],
  { earliest = -Infinity, withdrawn = [] as readonly Reservation[], key = 'key' } = {},
): Promise<Reservations> {
  const answer = await opened.store.reserve?.(key, wants, { earliest, withdrawn }, opened.now);
  if (answer === undefined) throw new Error('a store under this contract reserves');
  return answer;
}

export async function one(opened: Opened, wanted = want(), earliest = -Infinity): Promise<Reservation> {
  const { made } = await reserve(opened, [wanted], { earliest });
  return (made as Reservation[])[0] as Reservation;
}

/** Seconds from now until the moment of each reservation. */
export function waits(opened: Opened, made: readonly Reservation[] = []): number[] {
  return made.map(({ at }) => Math.round((at - opened.now) * 1e4) / 1e4);
}
