import type { BucketStore, CircuitBreakerGroup, RateLimiter } from '@breaking/core';
import { Call } from './call.js';
import { type ProtectOptions, settingsOf } from './options.js';
import type { Fetch, Input } from './timed.js';
import { Upstreams } from './upstream.js';

/** A function of fetch's own type, and what protects it. */
export type ProtectedFetch = Fetch & {
  /** The rate limiter, where `limits` were given: look at, reset or block a key. */
  readonly limiter?: RateLimiter<BucketStore>;
  /** The circuit breakers, where `breaker` was given. */
  readonly breakers?: CircuitBreakerGroup;
};

/**
 * A fetch that waits for tokens, breaks circuits and retries within a budget. Without options it is `fetch` itself.
 *
 *     const fetch = protect(globalThis.fetch, {
 *       name: 'openai',
 *       limits: perMinute(500),
 *       maxWaitSecs: 10,
 *       timeoutSecs: 30,
 *       breaker: { errorThreshold: 5, timeWindowSecs: 30 },
 *       retry: { attempts: 3 },
 *     });
 *     const answer = await fetch('https://api.example.com/v1/models');
 *
 * It rejects with what fetch rejects with, and also with TooManyErrors (the breaker is open), TooManyRequests (a wait would
 * exceed `maxWaitSecs`), Overloaded (no place was free for so long) and TimeoutError.
 * @throws TypeError or RangeError for a wrong option, at once
 */
export function protect(fetch: Fetch, options: ProtectOptions): ProtectedFetch {
  const settings = settingsOf(options);
  if (Object.values(options).every(value => value === undefined)) return fetch;
  const upstreams = new Upstreams(settings);
  const { limiter, breakers } = settings;
  function protectedFetch(input: Input, init?: RequestInit): Promise<Response> {
    return new Call(fetch, settings, upstreams, input, init).answer();
  }
  return Object.assign(protectedFetch, { ...(limiter && { limiter }), ...(breakers && { breakers }) });
}
