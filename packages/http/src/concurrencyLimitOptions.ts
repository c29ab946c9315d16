import type { ConcurrencyLimiterGroup, ConcurrencyLimiterOptions } from '@breaking/core';
import {
  CONCURRENCY_LIMITER_OPTIONS,
  check,
  concurrencyGroupNamed,
  enforcement,
} from '@breaking/core/internal';
import type { Callback, Key } from './callback.js';
import type { RejectWith } from './rateLimitOptions.js';
import type { ProblemBody, Rejection } from './refusal.js';

/** The options of `concurrencyLimit`. Every callback may be asynchronous. */
export interface ConcurrencyLimitGateOptions<Req> extends Omit<ConcurrencyLimiterOptions, 'key'> {
  /** The key (such as a tenant) of the limiter for a request; undefined for the limiter without a key. */
  readonly keyOf?: Callback<[req: Req], Key> | undefined;
  /** From 0, the lowest, to `priorities` − 1; higher values count as the highest. Required with `priorities`. */
  readonly priorityOf?: Callback<[req: Req], number> | undefined;
  /** Whether a request whose client has left keeps its place until the handler is done. Default false. */
  readonly holdUntilHandled?: boolean | undefined;
  /** `error` passes an Overloaded to the framework's own error path; default `response`. */
  readonly rejectWith?: RejectWith | undefined;
  /** The body of a refusal: a problem (RFC 9457), plain text, or `{ contentType, body }`. */
  readonly problem?: Callback<[rejection: Rejection, req: Req], ProblemBody> | undefined;
  /**
   * false only publishes what it would have refused; a share from 0 to 1 enforces for that share of the keys. Default true.
   */
  readonly enforce?: boolean | number | undefined;
}

const OWN = ['keyOf', 'priorityOf', 'rejectWith', 'problem', 'enforce'] as const;
const OF_CORE = CONCURRENCY_LIMITER_OPTIONS.filter(name => name !== 'key');

/** The options as the gate uses them: checked, and with the defaults filled in. */
export interface CheckedConcurrencyLimit<Req>
  extends Pick<ConcurrencyLimitGateOptions<Req>, 'keyOf' | 'priorityOf' | 'problem'> {
  readonly name: string;
  readonly limiters: ConcurrencyLimiterGroup;
  readonly holdUntilHandled: boolean;
  readonly rejectWith: RejectWith;
  readonly enforces: (key: string) => boolean;
}

/**
 * @param canHold whether the framework reports when a handler is done
 * @throws TypeError or RangeError that names the option and the value
 */
export function checkConcurrencyLimit<Req>(
  what: string,
  options: ConcurrencyLimitGateOptions<Req>,
  canHold: boolean,
): CheckedConcurrencyLimit<Req> {
  check.knownOptions(what, options, [...OWN, ...(canHold ? ['holdUntilHandled'] : []), ...OF_CORE]);
  const {
    keyOf,
    priorityOf,
    holdUntilHandled = false,
    rejectWith = 'response',
    problem,
    enforce = true,
    ...ofCore
  } = options;
  for (const [name, callback] of Object.entries({ keyOf, priorityOf, problem })) {
    if (callback !== undefined) check.asFunction(`${what}: ${name}`, callback);
  }
  const limiters = concurrencyGroupNamed(what, ofCore);
  if ((priorityOf === undefined) !== ((ofCore.priorities ?? 1) === 1)) {
    const got = `priorities ${ofCore.priorities ?? 1} ${priorityOf === undefined ? 'without' : 'with'} priorityOf`;
    throw new TypeError(`${what}: priorityOf and priorities of 2 or more must be set together, got ${got}`);
  }
  if (typeof holdUntilHandled !== 'boolean') {
    throw new TypeError(
      `${what}: holdUntilHandled must be true or false, got ${check.shown(holdUntilHandled)}`,
    );
  }
  const enforces = enforcement(`${what}: enforce`, enforce);
  if (keyOf === undefined && typeof enforce === 'number' && !Number.isInteger(enforce)) {
    throw new RangeError(
      `${what}: enforce must be 0 or 1 without keyOf, got ${enforce}: a share means a share of the keys`,
    );
  }
  return {
    keyOf,
    priorityOf,
    problem,
    holdUntilHandled,
    name: ofCore.name ?? 'default',
    limiters,
    rejectWith: check.oneOf(`${what}: rejectWith`, rejectWith, ['response', 'error']),
    enforces,
  };
}
