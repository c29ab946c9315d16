import { shown, whole } from '../base/check.js';
import type { Cost } from '../bucket/debt.js';
import type { Limit } from '../bucket/policy.js';

/** Tokens that a call takes: so many of every limit, or of each limit by its name. */
export type Costs = number | Readonly<Record<string, number>>;

/**
 * Costs as stores see them.
 * @throws TypeError for an object that does not have a number for each limit, or has one for no limit; RangeError for a
 *   number that is not whole or below 0
 */
export function asCost(what: string, costs: Costs, limits: readonly Limit[]): Cost {
  if (typeof costs !== 'object' || costs === null || Array.isArray(costs)) return whole(what, costs, 0);
  const names = limits.map(({ name }) => name);
  for (const name of Object.keys(costs)) {
    if (names.includes(name)) continue;
    throw new TypeError(`${what}: unknown limit ${shown(name)}, known are ${names.join(', ')}`);
  }
  const each = names.map(name =>
    whole(`${what}.${name}`, Object.hasOwn(costs, name) ? costs[name] : undefined, 0),
  );
  const [first = 0] = each;
  return each.every(cost => cost === first) ? first : each;
}
