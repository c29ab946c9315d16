import {
  type BucketPolicy,
  type BucketStore,
  type Clock,
  type Decision,
  type Limits,
  MonotonicClock,
  type OnStoreError,
  type RateLimiter,
} from '@breaking/core';
import {
  asDeadline,
  asStore,
  check,
  limiterNamed,
  ON_STORE_ERROR,
  sureStore,
  unthrowing,
} from '@breaking/core/internal';
import type { Callback, Key } from './callback.js';
import { asFormats } from './headers/formats.js';
import type { HeaderFormat } from './headers/quota.js';
import { asLockout, type LockoutOptions, Strikes } from './lockout.js';
import type { ProblemBody, Rejection } from './refusal.js';
import type { Outcome } from './request/outcome.js';

/** The options of a rate limit besides its limits. Every callback may be asynchronous. */
export interface RateLimitSettings<Req> {
  /**
   * Printable ASCII, default `default`. Limits with the same name share their buckets in a shared store; required with
   * `store`.
   */
  readonly name?: string | undefined;
  /**
   * The key whose buckets a request uses; undefined, and the default, for the client's address. `address` is that address as
   * the default key has it, with an IPv6 address cut to its network. It is computed only if the function declares this
   * parameter.
   */
  readonly keyOf?: Callback<[req: Req, address: string], Key> | undefined;
  /**
   * The client's address if the framework cannot know it, such as one in a CDN's header field; undefined for the framework's.
   */
  readonly addressOf?: Callback<[req: Req], string | null | undefined> | undefined;
  /** The limits of this request (tiers), instead of the fixed ones. The debts of its key stay. */
  readonly limitsOf?: Callback<[req: Req], Limits> | undefined;
  /** Tokens that this request takes: a whole number, at least 0; default 1. */
  readonly costOf?: Callback<[req: Req], number> | undefined;
  /** Requests that are neither counted nor refused. */
  readonly skip?: Callback<[req: Req], boolean> | undefined;
  /** Requests whose tokens are refunded, by their outcome. */
  readonly refundWhen?: Callback<[outcome: Outcome, req: Req], boolean> | undefined;
  /** Called for each refusal, also in shadow mode (`enforce`). An error that it throws becomes a process warning. */
  readonly onRefused?: Callback<[decision: Decision, req: Req], unknown> | undefined;
  /** Blocks a key that is refused too often, for longer and longer. */
  readonly lockout?: LockoutOptions | undefined;
  /** Where the buckets live; by default this process's memory. */
  readonly store?: BucketStore | undefined;
  /**
   * What decides when the store does not answer in time or gives an invalid answer; default `local`, buckets in this process.
   */
  readonly onStoreError?: OnStoreError | undefined;
  /**
   * Seconds that the store may take to answer, > 0, at most 2,147,483; by default the store's own deadline, or 0.05. It is
   * passed to a store that takes a deadline.
   */
  readonly storeDeadlineSecs?: number | undefined;
  /** Header fields that tell clients about their limits; default `draft-11`, false for none. */
  readonly headers?: HeaderFormat | readonly HeaderFormat[] | false | undefined;
  /** `error` passes a TooManyRequests to the framework's own error path; default `response`. */
  readonly rejectWith?: RejectWith | undefined;
  /** The body of a refusal: a problem (RFC 9457), plain text, or `{ contentType, body }`. */
  readonly problem?: Callback<[rejection: Rejection, req: Req], ProblemBody> | undefined;
  /** false counts and publishes but refuses nobody; a share from 0 to 1 enforces for that share of the keys. Default true. */
  readonly enforce?: boolean | number | undefined;
  /** Bits of an IPv6 address that identify a client, 1 to 128; default 56. */
  readonly ipv6PrefixBits?: number | undefined;
  /** By default the process's monotonic clock. */
  readonly clock?: Clock | undefined;
}

/** How a refusal reaches the client: as a response, or as an error on the framework's own error path. */
export type RejectWith = 'response' | 'error';

/** The options of `rateLimit`: one bucket, or several by name under `limits`, and the settings. */
export type RateLimitOptions<Req> = RateLimitSettings<Req> &
  (
    | (BucketPolicy & { readonly limits?: undefined })
    | { readonly limits: Limits; readonly capacityMax?: undefined; readonly restoreRateHz?: undefined }
  );

const KNOWN: readonly (keyof RateLimitOptions<unknown>)[] = [
  'capacityMax',
  'restoreRateHz',
  'limits',
  'name',
  'keyOf',
  'addressOf',
  'limitsOf',
  'costOf',
  'skip',
  'refundWhen',
  'lockout',
  'onRefused',
  'store',
  'onStoreError',
  'storeDeadlineSecs',
  'headers',
  'rejectWith',
  'problem',
  'enforce',
  'ipv6PrefixBits',
  'clock',
];

const CALLBACKS = [
  'keyOf',
  'addressOf',
  'limitsOf',
  'costOf',
  'skip',
  'refundWhen',
  'onRefused',
  'problem',
] as const;

/** The options as the gate uses them: checked, and with the defaults filled in. */
export interface CheckedRateLimit<Req> extends Pick<RateLimitSettings<Req>, (typeof CALLBACKS)[number]> {
  readonly limiter: RateLimiter<BucketStore>;
  readonly strikes: Strikes | undefined;
  readonly formats: readonly HeaderFormat[];
  readonly rejectWith: RejectWith;
  readonly ipv6PrefixBits: number;
  readonly clock: Clock;
}

/** @throws TypeError or RangeError that names the option and the value */
export function checkRateLimit<Req>(what: string, options: RateLimitOptions<Req>): CheckedRateLimit<Req> {
  check.knownOptions(what, options, KNOWN);
  for (const name of CALLBACKS) {
    if (options[name] !== undefined) check.asFunction(`${what}: ${name}`, options[name]);
  }
  const { keyOf, addressOf, limitsOf, costOf, skip, refundWhen, onRefused, problem } = options;
  const { headers = 'draft-11', rejectWith = 'response', ipv6PrefixBits = 56 } = options;
  const { clock = new MonotonicClock() } = options;
  const limiter = limiterOf(what, { ...options, clock });
  return {
    limiter,
    strikes: strikesOf(what, limiter, options),
    clock,
    formats: asFormats(`${what}: headers`, headers),
    rejectWith: check.oneOf(`${what}: rejectWith`, rejectWith, ['response', 'error']),
    ipv6PrefixBits: check.whole(`${what}: ipv6PrefixBits`, ipv6PrefixBits, 1, 128),
    ...{ keyOf, addressOf, limitsOf, costOf, skip, refundWhen, problem },
    onRefused: onRefused && unthrowing(`${what}: onRefused`, onRefused, undefined),
  };
}

function strikesOf<Req>(
  what: string,
  limiter: RateLimiter<BucketStore>,
  { lockout, store }: RateLimitOptions<Req>,
): Strikes | undefined {
  if (lockout === undefined) return undefined;
  const checked = asLockout(`${what}: lockout`, lockout);
  if (store !== undefined && typeof store.strike !== 'function') {
    throw new TypeError(`${what}: lockout needs a store with a method strike, got ${check.shown(store)}`);
  }
  return new Strikes(what, limiter, checked);
}

function limiterOf<Req>(what: string, options: RateLimitOptions<Req>): RateLimiter<BucketStore> {
  const { name, limits, capacityMax, restoreRateHz, clock, enforce } = options;
  const beside = Object.entries({ capacityMax, restoreRateHz }).find(([, value]) => value !== undefined);
  if (limits !== undefined && beside !== undefined) {
    const [option, value] = beside;
    throw new TypeError(`${what}: ${option} must not be set together with limits, got ${check.shown(value)}`);
  }
  const policies = limits ?? ({ capacityMax, restoreRateHz } as BucketPolicy);
  return limiterNamed(what, { name, limits: policies, store: storeOf(what, options), clock, enforce });
}

function storeOf<Req>(what: string, options: RateLimitOptions<Req>): BucketStore | undefined {
  const { name, onStoreError = 'local', storeDeadlineSecs } = options;
  check.oneOf(`${what}: onStoreError`, onStoreError, ON_STORE_ERROR);
  if (storeDeadlineSecs !== undefined) asDeadline(`${what}: storeDeadlineSecs`, storeDeadlineSecs);
  if (options.store === undefined || name === undefined) return options.store;
  return sureStore(asStore(`${what}: store`, options.store), {
    name: check.printableName(`${what}: name`, name),
    onStoreError,
    deadlineSecs: storeDeadlineSecs,
  });
}
