import {
  type CircuitBreakerGroup,
  type CircuitBreakerOptions,
  type Clock,
  MonotonicClock,
} from '@breaking/core';
import { CIRCUIT_BREAKER_OPTIONS, check, enforcement, groupNamed } from '@breaking/core/internal';
import type { Callback, Key } from './callback.js';
import type { RejectWith } from './rateLimitOptions.js';
import type { ProblemBody, Rejection } from './refusal.js';
import type { Outcome } from './request/outcome.js';

/** The options of `circuitBreaker`. Every callback but `onTransition` may be asynchronous. */
export interface CircuitBreakerGateOptions<Req> extends Omit<CircuitBreakerOptions, OfCalls> {
  /** The key (such as an upstream or tenant) of the breaker for a request; undefined for the breaker without a key. */
  readonly keyOf?: Callback<[req: Req], Key> | undefined;
  /**
   * What counts as a failure: by default a status of 500 or more, a response that broke on the server's side, or one that
   * took longer than `slowCallSecs`. It is called for every request. If the client left before any response, false means that
   * the request does not count at all.
   */
  readonly isFailure?: Callback<[outcome: Outcome, req: Req], boolean> | undefined;
  /**
   * Seconds within which the head of the response must be sent; default 10, Infinity for no limit. A slower response is a
   * failure, even if the client has left. A custom `isFailure` sees `durationSecs` instead.
   */
  readonly slowCallSecs?: number | undefined;
  /** `error` passes a TooManyErrors to the framework's own error path; default `response`. */
  readonly rejectWith?: RejectWith | undefined;
  /** The body of a refusal: a problem (RFC 9457), plain text, or `{ contentType, body }`. */
  readonly problem?: Callback<[rejection: Rejection, req: Req], ProblemBody> | undefined;
  /**
   * false only publishes what it would have refused; a share from 0 to 1 enforces for that share of the keys. Default true.
   */
  readonly enforce?: boolean | number | undefined;
}

const OWN = ['keyOf', 'isFailure', 'slowCallSecs', 'rejectWith', 'problem', 'enforce'] as const;
/** Options of core's breaker that judge function calls. A gate judges requests. */
const OF_CALLS = ['key', 'errorTypes', 'isFailure', 'isFailedResult', 'slowCallSecs', 'timeoutSecs'] as const;
type OfCalls = (typeof OF_CALLS)[number];
const OF_CORE = CIRCUIT_BREAKER_OPTIONS.filter(name => !(OF_CALLS as readonly string[]).includes(name));

/** The options as the gate uses them: checked, and with the defaults filled in. */
export interface CheckedCircuitBreaker<Req>
  extends Pick<CircuitBreakerGateOptions<Req>, 'keyOf' | 'isFailure' | 'onTransition' | 'problem'> {
  readonly name: string;
  readonly breakers: CircuitBreakerGroup;
  readonly slowCallSecs: number;
  readonly clock: Clock;
  readonly rejectWith: RejectWith;
  readonly enforces: (key: string) => boolean;
}

/** @throws TypeError or RangeError that names the option and the value */
export function checkCircuitBreaker<Req>(
  what: string,
  options: CircuitBreakerGateOptions<Req>,
): CheckedCircuitBreaker<Req> {
  check.knownOptions(what, options, [...OWN, ...OF_CORE]);
  const {
    keyOf,
    isFailure,
    slowCallSecs = 10,
    rejectWith = 'response',
    problem,
    enforce = true,
    clock = new MonotonicClock(),
    ...others
  } = options;
  const ofCore = { ...others, clock };
  for (const [name, callback] of Object.entries({ keyOf, isFailure, problem })) {
    if (callback !== undefined) check.asFunction(`${what}: ${name}`, callback);
  }
  const enforces = enforcement(`${what}: enforce`, enforce);
  if (keyOf === undefined && typeof enforce === 'number' && !Number.isInteger(enforce)) {
    throw new RangeError(
      `${what}: enforce must be 0 or 1 without keyOf, got ${enforce}: a share means a share of the keys`,
    );
  }
  return {
    keyOf,
    isFailure,
    problem,
    name: ofCore.name ?? 'default',
    breakers: groupNamed(what, ofCore),
    slowCallSecs:
      slowCallSecs === Infinity ? slowCallSecs : check.positive(`${what}: slowCallSecs`, slowCallSecs),
    clock,
    onTransition: ofCore.onTransition,
    rejectWith: check.oneOf(`${what}: rejectWith`, rejectWith, ['response', 'error']),
    enforces,
  };
}
