import type { BucketStore, CircuitBreakerGroup, RateLimiter } from '@breaking/core';
import type { Costs } from '@breaking/core/internal';
import type { Dispatcher } from 'undici';
import { type MaybePromise, type ProtectOptions, settingsOf } from './options.js';
import { Dispatched, type DispatchedRequest } from './undici/dispatched.js';
import { Upstreams } from './upstreams.js';

export type { DispatchedRequest } from './undici/dispatched.js';

/** The options of `protect` for undici. They are the same, but callbacks receive the dispatched request. */
export interface DispatchOptions extends Omit<ProtectOptions, 'keyOf' | 'costOf' | 'breaker'> {
  readonly keyOf?: ((request: DispatchedRequest) => MaybePromise<string>) | undefined;
  readonly costOf?: ((request: DispatchedRequest) => MaybePromise<Costs>) | undefined;
  /** The circuit breakers, one for each key. Network errors, timeouts and statuses of 500 and more are failures. */
  readonly breaker?: Omit<NonNullable<ProtectOptions['breaker']>, 'isFailedResult'> | undefined;
}

/** An interceptor for `dispatcher.compose`, with its limiter and breakers. */
export type ProtectInterceptor = Dispatcher.DispatcherComposeInterceptor & {
  /** The rate limiter, if `limits` is set, with which to look at, reset or block a key. */
  readonly limiter: RateLimiter<BucketStore> | undefined;
  /** The circuit breakers, if `breaker` is set. */
  readonly breakers: CircuitBreakerGroup | undefined;
};

/**
 * Like `protect` of `@breaking/fetch`, for all requests of an undici dispatcher: `request`, `stream`, `pipeline`, and
 * undici's own `fetch`.
 *
 *     const agent = new Agent().compose(protect({ name: 'api', timeoutSecs: 30, retry: { attempts: 3 } }));
 *     const { statusCode, body } = await request('https://api.example.com/', { dispatcher: agent });
 *
 * @throws TypeError or RangeError for a wrong option, at once
 */
export function protect(options: DispatchOptions): ProtectInterceptor {
  const { keyOf, costOf, ...others } = options;
  const settings = settingsOf({
    ...others,
    keyOf: keyOf as ProtectOptions['keyOf'],
    costOf: costOf as ProtectOptions['costOf'],
  });
  const upstreams = new Upstreams(settings);
  const interceptor: Dispatcher.DispatcherComposeInterceptor = dispatch =>
    function protectedDispatch(request, handler) {
      void new Dispatched(dispatch, settings, upstreams, request, handler).run();
      return true;
    };
  return Object.assign(interceptor, { limiter: settings.limiter, breakers: settings.breakers });
}
