import type {
  BucketStore,
  CircuitBreakerGroup,
  ConcurrencyLimiterGroup,
  Decision,
  RateLimiter,
} from '@breaking/core';
import { check, isThenable } from '@breaking/core/internal';
import {
  type Binding,
  CircuitBreakerGate,
  type CircuitBreakerGateOptions,
  ConcurrencyLimitGate,
  type ConcurrencyLimitGateOptions,
  type RateLimitOptions as HttpRateLimitOptions,
  type MaybePromise,
  optionsAlone,
  RateLimitGate,
} from '@breaking/http';
import { Call } from './call.js';
import { checkAddressed, refusalBy } from './gates.js';
import type { RateLimitOptions } from './options.js';

/** A handler of requests. Runtimes pass further arguments: `info`, a server, bindings. */
export type Handler<R extends Request, Rest extends readonly unknown[]> = (
  request: R,
  ...rest: Rest
) => Response | Promise<Response>;

type InfoOf<Rest extends readonly unknown[]> = Rest extends readonly [infer Info, ...unknown[]]
  ? Info
  : never;

/** The gates in front of a handler. Each option adds one limit or breaker. */
export interface GuardOptions<R extends Request = Request, Info = never> {
  readonly rateLimit?: RateLimitOptions<R, Info> | undefined;
  readonly circuitBreaker?: CircuitBreakerGateOptions<R> | undefined;
  readonly concurrencyLimit?: ConcurrencyLimitGateOptions<R> | undefined;
}

/** A handler behind gates. The properties give access to them; each is undefined if its option was not set. */
export interface GuardedHandler<R extends Request, Rest extends readonly unknown[]> {
  (request: R, ...rest: [...Rest, ...unknown[]]): Promise<Response>;
  /** The limiter of the rate limit, with which to look at, reset or block a key. */
  readonly limiter: RateLimiter<BucketStore> | undefined;
  /** The key of a request in the limiter. */
  keyOf(request: R, ...rest: unknown[]): MaybePromise<string | undefined>;
  /** The breakers, one for each key. */
  readonly breakers: CircuitBreakerGroup | undefined;
  /** The limiters of the concurrency limit, one for each key. */
  readonly concurrency: ConcurrencyLimiterGroup | undefined;
}

const binding: Binding<Call, Request> = {
  requestOf: call => call.request,
  exchangeOf: call => call,
  infoOf: call => call.rest[0],
  addressOf: () => undefined,
  trustsAnyClient: () => false,
  tellsHandled: true,
  isAnswered: call => call.isAnswered,
  setHeader: (call, name, value) => call.setField(name, value),
  setDecision: (call, decision) => {
    call.decision = decision;
  },
  send: (call, refusal) => call.refuse(refusal),
};

/** The latest call with each request, for handlers that are guarded more than once. */
const calls = new WeakMap<Request, Call>();

/**
 * Puts a concurrency limit, a rate limit and a circuit breaker, in this order, in front of a handler that turns a `Request`
 * into a `Response`. A refused request is answered with 429 by the rate limit, and with 503 by the others.
 * @returns a handler of the same type, with the `limiter`, `breakers` and `concurrency` of its gates
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * Deno.serve(guard(handler, { rateLimit: { ...perMinute(100), addressOf: denoAddress } }));
 */
export function guard<R extends Request, Rest extends readonly unknown[]>(
  handler: Handler<R, Rest>,
  options: GuardOptions<R, InfoOf<Rest>>,
  ...others: never[]
): GuardedHandler<R, Rest> {
  optionsAlone('guard', others);
  check.asFunction('guard: the handler', handler);
  check.knownOptions('guard', options, ['rateLimit', 'circuitBreaker', 'concurrencyLimit']);
  const { rateLimit, circuitBreaker, concurrencyLimit } = options;
  const limit =
    rateLimit === undefined
      ? undefined
      : new RateLimitGate(binding, rateLimit as HttpRateLimitOptions<Request>);
  if (rateLimit !== undefined) checkAddressed(rateLimit);
  const breaker =
    circuitBreaker === undefined
      ? undefined
      : new CircuitBreakerGate(binding, circuitBreaker as CircuitBreakerGateOptions<Request>);
  const concurrency =
    concurrencyLimit === undefined
      ? undefined
      : new ConcurrencyLimitGate(binding, concurrencyLimit as ConcurrencyLimitGateOptions<Request>);
  const gates = [concurrency, limit, breaker].filter(gate => gate !== undefined);

  async function guarded(this: unknown, request: R, ...rest: [...Rest, ...unknown[]]): Promise<Response> {
    const outer = calls.get(request);
    // If the same Request object comes again, later or at the same time, that is another call.
    if (outer?.isAnswered === false && outer.meets(guarded)) return answer(this, outer);
    const call = new Call(request, rest);
    call.meets(guarded);
    calls.set(request, call);
    try {
      const response = await answer(this, call);
      return call.answered(check.asObjectWith('guard: the response of the handler', response, ['clone']));
    } catch (error) {
      call.failed(error);
      throw error;
    }
  }

  async function answer(self: unknown, call: Call): Promise<Response> {
    const refusal = refusalBy(gates, call);
    const refused = isThenable(refusal) ? await refusal : refusal;
    if (refused !== undefined) return refused;
    const handled = Promise.resolve(handler.apply(self, [call.request as R, ...(call.rest as Rest)]));
    call.handled = handled;
    return handled;
  }

  return Object.assign(guarded, {
    limiter: limit?.limiter,
    keyOf: (request: R, ...rest: unknown[]) => limit?.keyOf(new Call(request, rest)),
    breakers: breaker?.breakers,
    concurrency: concurrency?.concurrency,
  });
}

/** The most restrictive decision of the rate limits that a request has passed, for its handler. */
export function decisionOf(request: Request): Decision | undefined {
  return calls.get(request)?.decision;
}
