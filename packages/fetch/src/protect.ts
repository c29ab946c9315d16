import type { BucketStore, CircuitBreakerGroup, RateLimiter } from '@breaking/core';
import { check } from '@breaking/core/internal';
import { BodyWatch } from './bodyWatch.js';
import { Call } from './call.js';
import { type ProtectOptions, settingsOf } from './options.js';
import { Origins } from './origins.js';
import { type Fetch, type Input, RequestArguments } from './request.js';
import { cancelBody } from './retry/body.js';
import { Upstreams } from './upstreams.js';
import { visit } from './visit.js';

/** A function of the type of fetch, with its limiter and breakers. */
export type ProtectedFetch = Fetch & {
  /** The rate limiter, if `limits` is set, with which to look at, reset or block a key. */
  readonly limiter?: RateLimiter<BucketStore>;
  /** The circuit breakers, if `breaker` is set. */
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
 * It rejects with the errors of fetch, and with TooManyErrors (the breaker is open), TooManyRequests (a wait would exceed
 * `maxWaitSecs`), Overloaded (no place was free for so long) and TimeoutError. A URL with another scheme, such as `data:`,
 * goes directly to `fetch`.
 * @throws TypeError or RangeError for a wrong option, at once
 */
export function protect(fetch: Fetch, options: ProtectOptions): ProtectedFetch {
  check.asFunction('protect: fetch', fetch);
  const settings = settingsOf(options);
  if (Object.values(options).every(value => value === undefined)) return fetch;
  const upstreams = new Upstreams(settings);
  const origins = new Origins();
  const bodies = new BodyWatch();
  const { limiter, breakers, places } = settings;

  const named = {
    fetch(input: Input, init: RequestInit | undefined = undefined): Promise<Response> {
      const called = RequestArguments.of(input, init);
      const origin = called && origins.of(called.url);
      // fetch itself rejects wrong arguments and aborted calls.
      if (called === undefined || origin === undefined) return fetch(input, init);
      // Node 24 and 26 crash on an aborted form.
      if (called.signal?.aborted && !(called.body instanceof FormData)) return fetch(input, init);
      return visit(new Call(fetch, settings, called), settings, upstreams, origin, called).then(
        ({ answer: { response, end }, leave }) => {
          const over = () => {
            end?.();
            leave();
          };
          if (end === undefined && places === undefined) over();
          else bodies.onEnd(response, over);
          return response;
        },
        error => {
          // fetch also cancels a body that it does not send.
          if (called.signal?.aborted) cancelBody(called.body, called.signal.reason);
          throw error;
        },
      );
    },
  };
  return Object.assign(named.fetch, { ...(limiter && { limiter }), ...(breakers && { breakers }) });
}
