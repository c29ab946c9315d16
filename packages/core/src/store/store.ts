import { asObjectWith } from '../base/check.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import type { Lockout, Reservations, ReserveOptions, Want } from './reservation.js';

/** Seconds that a store has for one answer by default. */
export const DEFAULT_DEADLINE_SECS = 0.05;

/**
 * Where buckets are stored, by key. Every operation is atomic over all limits of its key: all of them are debited, or
 * none. A store either always answers directly or always with a promise; STORES.md explains how to write one.
 *
 * `limits` is never empty and its names are distinct. A store keeps a key's debts by limit name, so a changed policy
 * applies to the existing debt. `now` is the limiter's clock, in seconds; a store with its own clock ignores it.
 */
export interface BucketStore {
  /** Takes `cost` tokens (whole, 0 or more) from every limit of the key if all have them, else from none. */
  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision>;
  /** Answers as `check` would, with the tokens that are left, and takes nothing. */
  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision>;
  /** Puts `n` tokens (whole, 1 or more) back into every limit of the key, up to its capacity. */
  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void>;
  /** Forgets the key: all its buckets are full. */
  reset(key: string, now: number): void | Promise<void>;
  /**
   * Takes up to `n` tokens (whole, 1 or more) of each limit, as many whole tokens as there are. @returns the largest
   * shortage
   */
  take?(key: string, limits: readonly Limit[], n: number, now: number): number | Promise<number>;
  /**
   * Undoes the `withdrawn` reservations if nothing else was reserved, taken or refunded on the key since; otherwise
   * changes nothing. Then reserves the tokens of each want, in order. With neither it only looks.
   */
  reserve?(
    key: string,
    wants: readonly Want[],
    options: ReserveOptions,
    now: number,
  ): Reservations | Promise<Reservations>;
  /** Refuses the key for `secs`, in place of what is left of an earlier block; 0 ends it, Infinity has no end. */
  block?(key: string, limits: readonly Limit[], secs: number, now: number): void | Promise<void>;
  /** Counts a refusal, which may block the key. @returns the seconds for which this refusal has blocked it, else 0 */
  strike?(key: string, limits: readonly Limit[], lockout: Lockout, now: number): number | Promise<number>;
  /** The same store for keys that all begin with `prefix`, if it has a cheaper way than joining the two. */
  scoped?(prefix: string): BucketStore;
  /** Seconds that the store has for an answer, if it has a deadline of its own. */
  readonly deadlineSecs?: number | undefined;
  /** The same store with another deadline, in seconds. */
  withDeadline?(secs: number): BucketStore;
  /** What an operator can do about an error of this store, in one or two sentences. */
  adviceOn?(error: unknown): string | undefined;
}

/**
 * Properties of a store, each true or absent. They also work if a program has two copies of core, for which
 * `instanceof` and private members fail.
 */
export interface StoreTraits {
  /** Answers may come from something other than the store behind it. */
  readonly [STANDS_IN]?: boolean;
  /** It remembers refusals. */
  readonly [KEEPS_REFUSALS]?: boolean;
  /** It always answers directly, without a promise. */
  readonly [NEVER_FAILS]?: boolean;
}

export const STANDS_IN: unique symbol = Symbol.for('breaking.store.standsIn');
export const KEEPS_REFUSALS: unique symbol = Symbol.for('breaking.store.keepsRefusals');
export const NEVER_FAILS: unique symbol = Symbol.for('breaking.store.neverFails');

/** The operations that decide. */
export type Decider = Pick<BucketStore, 'check' | 'peek'>;

/**
 * For stores whose own `check` and `peek` always return promises: the same operations for stores in front, which return
 * directly if nothing has to be asked. A promise takes longer than a decision on tokens that are there.
 */
export const DIRECT: unique symbol = Symbol.for('breaking.store.direct');

/** A store's `check` and `peek`, as a store in front calls them. */
export function directly(store: BucketStore): Decider {
  return (store as { readonly [DIRECT]?: Decider })[DIRECT] ?? store;
}

/** Whether a store has this trait. */
export function says(store: BucketStore, trait: keyof StoreTraits): boolean {
  return (store as StoreTraits)[trait] === true;
}

/** The operations that every store has. */
export const OPERATIONS = ['check', 'peek', 'refund', 'reset'] as const;

/** The operations that a store may have. */
export const MORE_OPERATIONS = ['take', 'reserve', 'block', 'strike'] as const;

/** @throws TypeError for a value that is not a store */
export function asStore(what: string, value: BucketStore): BucketStore {
  return asObjectWith(what, value, OPERATIONS);
}

/** A store that has all operations. */
export type FullStore = BucketStore & Required<Pick<BucketStore, (typeof MORE_OPERATIONS)[number]>>;

/**
 * The store behind another, as the store in front uses it. If it lacks an operation, that of the store in front is
 * removed as well.
 */
export function behind(front: BucketStore, store: BucketStore): FullStore {
  for (const operation of MORE_OPERATIONS) {
    if (typeof store[operation] !== 'function') Object.defineProperty(front, operation, { value: undefined });
  }
  return store as FullStore;
}
