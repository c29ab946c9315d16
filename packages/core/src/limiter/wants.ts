import { shown, whole } from '../base/check.js';
import type { Cost } from '../bucket/debt.js';
import { type Limit, namedLimits } from '../bucket/policy.js';
import type { Want } from '../store/reservation.js';
import { asWaitOptions, type WaitOptions } from './options.js';

/** The tokens that a call takes: the same number from every limit, or a number for each limit by its name. */
export type Costs = number | Readonly<Record<string, number>>;

/** What waiting callers need of a limiter. */
interface Limiting {
  readonly what: string;
  readonly name: string;
  readonly limits: readonly Limit[];
  readonly maxWaitSecs: number;
}

/** What a caller would wait for. */
export interface CallersWant extends Want {
  /** Whether the caller itself has said how long it waits. A block does not make it wait longer. */
  readonly isOwnWait: boolean;
}

/**
 * The arguments of a wait, checked.
 * @throws TypeError or RangeError that names the option and the value
 */
export function asWant(
  { what, name, limits, maxWaitSecs }: Limiting,
  costs: Costs,
  options: WaitOptions,
): CallersWant {
  const checked = asWaitOptions(`${what}: wait`, options);
  const asked = checked.limits === undefined ? limits : namedLimits(what, checked.limits, name);
  const isWhole = Number.isSafeInteger(costs) && (costs as number) >= 0;
  return {
    limits: asked,
    cost: isWhole ? (costs as number) : asCost(`${what}: cost`, costs, asked),
    maxWaitSecs: Math.min(maxWaitSecs, checked.maxWaitSecs ?? maxWaitSecs),
    isOwnWait: checked.maxWaitSecs !== undefined,
  };
}

/**
 * Costs in the form that stores accept.
 * @throws TypeError for an object that lacks a number for a limit, or has a number for an unknown limit; RangeError for
 *   a number that is not whole or is below 0
 */
export function asCost(what: string, costs: Costs, limits: readonly Limit[]): Cost {
  if (typeof costs !== 'object' || costs === null || Array.isArray(costs)) return whole(what, costs, 0);
  const names = limits.map(({ name }) => name);
  for (const name of Object.keys(costs)) {
    if (names.includes(name)) continue;
    throw new TypeError(`${what}: unknown limit ${shown(name)}, known limits: ${names.join(', ')}`);
  }
  const each = names.map(name =>
    whole(`${what}.${name}`, Object.hasOwn(costs, name) ? costs[name] : undefined, 0),
  );
  const [first = 0] = each;
  return each.every(cost => cost === first) ? first : each;
}
