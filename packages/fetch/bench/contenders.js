import { protect } from '@breaking/fetch';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import Bottleneck from 'bottleneck';
import { circuitBreaker, ExponentialBackoff, handleAll, retry, SamplingBreaker, wrap } from 'cockatiel';

/** The timeout of an attempt, in seconds, for all contenders. */
const TIMEOUT_SECS = 2;

/**
 * Calls with a timeout, and fails for a status of 500 and more.
 * @param {typeof fetch} fetch
 */
async function attempt(fetch) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('timeout')), TIMEOUT_SECS * 1000);
  try {
    const { status } = await fetch(URL, { signal: controller.signal });
    if (status >= 500) throw new Error(`status ${status}`);
  } finally {
    clearTimeout(timer);
  }
}

const URL = 'http://upstream.example/';

/**
 * Makes the calls of each contender: a call resolves if it was served, and rejects otherwise.
 * @type {Readonly<Record<string, (fetch: typeof globalThis.fetch) => () => Promise<unknown>>>}
 */
export const CONTENDERS = {
  'bare fetch': fetch => () => attempt(fetch),

  'axios-retry': fetch => {
    const client = axios.create({
      adapter: async config => {
        await attempt(fetch).catch(error =>
          Promise.reject(Object.assign(error, { config, isAxiosError: true })),
        );
        return { data: '', status: 200, statusText: '', headers: {}, config };
      },
    });
    axiosRetry(client, { retries: 3, retryDelay: axiosRetry.exponentialDelay, retryCondition: () => true });
    return () => client.get(URL);
  },

  'bottleneck, 3 retries': fetch => {
    const limiter = new Bottleneck({ maxConcurrent: 20 });
    limiter.on('failed', async (_error, { retryCount }) =>
      retryCount < 3 ? 200 * 2 ** retryCount : undefined,
    );
    return () => limiter.schedule(() => attempt(fetch));
  },

  cockatiel: fetch => {
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 5000,
      breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
    });
    const policy = wrap(retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }), breaker);
    return () => policy.execute(() => attempt(fetch));
  },

  '@breaking/fetch': fetch => {
    const ours = protect(fetch, {
      maxInFlight: 20,
      maxWaitSecs: TIMEOUT_SECS,
      timeoutSecs: TIMEOUT_SECS,
      breaker: { errorThreshold: 20, timeWindowSecs: 10, cooldownMaxSecs: 5 },
      retry: { attempts: 4 },
    });
    return async () => {
      const response = await ours(URL);
      await response.text();
      if (response.status >= 500) throw new Error(`status ${response.status}`);
    };
  },
};
