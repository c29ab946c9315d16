import { knownOptions, positive, printableName, shown, whole } from '../base/check.js';

/** How large a bucket is and how fast it refills. */
export interface BucketPolicy {
  /** Tokens in a full bucket: a whole number from 1 to 1e12. The largest burst that is let through. */
  readonly capacityMax: number;
  /** Tokens regained each second, continuously: finite, > 0. 5 per minute is 5/60. */
  readonly restoreRateHz: number;
}

/** A policy with a name, which headers, decisions and stores use. */
export interface Limit<Name extends string = string> extends BucketPolicy {
  readonly name: Name;
}

/** One policy, or several named ones that are decided together. */
export type Limits<Name extends string = string> = BucketPolicy | Readonly<Record<Name, BucketPolicy>>;

/** The name of a block in headers. No limit may have this name. */
const BLOCK = 'block';

/** Tokens in the largest bucket. */
export const LARGEST_CAPACITY = 1e12;

interface BurstOption {
  /** Tokens in a full bucket: a whole number from 1 to 1e12; default `max(1, ceil(n))`. */
  readonly burst?: number | undefined;
}

function perPeriod(what: string, n: number, periodSecs: number, options: BurstOption = {}): BucketPolicy {
  positive(`${what}: n`, n);
  knownOptions(what, options, ['burst']);
  const { burst = Math.max(1, Math.ceil(n)) } = options;
  return Object.freeze({
    capacityMax: whole(`${what}: burst`, burst, 1, LARGEST_CAPACITY),
    restoreRateHz: positive(`${what}: restoreRateHz`, n / periodSecs),
  });
}

/** `n` a second, n > 0. `burst` is the capacity, by default `max(1, ceil(n))`. */
export function perSecond(n: number, options?: BurstOption): BucketPolicy {
  return perPeriod('perSecond', n, 1, options);
}

/** `n` a minute, n > 0. `burst` is the capacity, by default `max(1, ceil(n))`. */
export function perMinute(n: number, options?: BurstOption): BucketPolicy {
  return perPeriod('perMinute', n, 60, options);
}

/** `n` an hour, n > 0. `burst` is the capacity, by default `max(1, ceil(n))`. */
export function perHour(n: number, options?: BurstOption): BucketPolicy {
  return perPeriod('perHour', n, 3600, options);
}

/** `n` a day, n > 0. `burst` is the capacity, by default `max(1, ceil(n))`. */
export function perDay(n: number, options?: BurstOption): BucketPolicy {
  return perPeriod('perDay', n, 86_400, options);
}

/** @throws TypeError or RangeError that names the wrong number */
export function checkPolicy(what: string, policy: BucketPolicy): void {
  whole(`${what}: capacityMax`, policy.capacityMax, 1, LARGEST_CAPACITY);
  positive(`${what}: restoreRateHz`, policy.restoreRateHz);
}

/** Whether two lists of limits have the same names, capacities and rates, in the same order. */
export function sameLimits(some: readonly Limit[], others: readonly Limit[]): boolean {
  if (some === others) return true;
  if (some.length !== others.length) return false;
  return some.every((limit, i) => {
    const other = others[i] as Limit;
    return (
      limit.name === other.name &&
      limit.capacityMax === other.capacityMax &&
      limit.restoreRateHz === other.restoreRateHz
    );
  });
}

/** Whether a limit in one list has the same name as a limit in the other. They are then the same bucket. */
export function shareLimit(some: readonly Limit[], others: readonly Limit[]): boolean {
  return some.some(limit => others.some(other => other.name === limit.name));
}

function isSinglePolicy(limits: Limits): limits is BucketPolicy {
  const { capacityMax, restoreRateHz } = limits as Partial<Record<string, unknown>>;
  const isNamed = (value: unknown) => typeof value === 'object' && value !== null;
  return (
    ('capacityMax' in limits && !isNamed(capacityMax)) ||
    ('restoreRateHz' in limits && !isNamed(restoreRateHz))
  );
}

/**
 * Checks limits and converts them to the one form that stores accept.
 * @param nameOfSingle the name of the limit if `limits` is a single policy
 * @throws TypeError or RangeError that names the limit and the value
 */
export function namedLimits(what: string, limits: Limits, nameOfSingle: string): readonly Limit[] {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) {
    throw new TypeError(`${what}: limits must be a policy or an object of policies, got ${shown(limits)}`);
  }
  if (isSinglePolicy(limits)) {
    knownOptions(`${what}: limits`, limits, ['capacityMax', 'restoreRateHz']);
    return Object.freeze([namedLimit(what, nameOfSingle, limits)]);
  }
  const entries = Object.entries(limits);
  if (entries.length === 0) throw new RangeError(`${what}: limits must name at least one policy, got none`);
  return Object.freeze(
    entries.map(([name, policy]) => {
      printableName(`${what}: the name of a limit`, name);
      knownOptions(`${what}: limits.${name}`, policy, ['capacityMax', 'restoreRateHz']);
      return namedLimit(`${what}: limits.${name}`, name, policy);
    }),
  );
}

function namedLimit(what: string, name: string, policy: BucketPolicy): Limit {
  if (name === BLOCK)
    throw new RangeError(
      `${what}: the name of a limit must not be ${shown(BLOCK)}, which header fields use for a block`,
    );
  checkPolicy(what, policy);
  return Object.freeze({ name, capacityMax: policy.capacityMax, restoreRateHz: policy.restoreRateHz });
}
