import { describe, expect, test } from 'vitest';
import { protect } from '../src/index.js';
import { scriptedServer } from './scriptedServer.js';

describe('protect', () => {
  test('without options is fetch itself', () => {
    expect(protect(fetch, {})).toBe(fetch);
  });

  test('returns the same response as fetch', async () => {
    const { url } = await scriptedServer([[200, { 'X-Own': 'yes' }]]);
    const response = await protect(fetch, { maxInFlight: 1, timeoutSecs: 600, retry: { attempts: 2 } })(url);

    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.url, response.redirected, response.type]).toEqual([
      200,
      `${url}/`,
      false,
      'basic',
    ]);
    expect(response.headers.get('X-Own')).toBe('yes');
    expect(await response.clone().text()).toBe('answer');
    expect(await response.text()).toBe('answer');
  });

  test.each<[string, object]>([
    ['protect: unknown option "retires"', { retires: 3 }],
    ['protect: maxWaitSecs must be >= 0, got -1', { maxWaitSecs: -1 }],
    ['protect: timeoutSecs must be > 0, got 0', { timeoutSecs: 0 }],
    ['protect: maxInFlight must be a whole number, at least 1, got 0.5', { maxInFlight: 0.5 }],
    ['protect: retry: attempts must be a number, got undefined', { retry: {} }],
    [
      'protect: retry: backoffMaxSecs must be >= 2, got 1',
      { retry: { attempts: 2, backoffSecs: 2, backoffMaxSecs: 1 } },
    ],
    ['protect: costOf must not be set without limits', { costOf: () => 1 }],
    [
      'protect: timeoutSecs must be set beside breaker, not in it',
      { breaker: { errorThreshold: 1, timeWindowSecs: 1, timeoutSecs: 5 } },
    ],
    ['protect: breaker: errorThreshold must be a number, got undefined', { breaker: {} }],
  ])('throws "%s"', (message, options) => {
    expect(() => protect(fetch, options)).toThrow(message);
  });

  test('throws without a fetch', () => {
    expect(() => protect(undefined as unknown as typeof fetch, {})).toThrow(
      'protect: fetch must be a function, got undefined',
    );
  });

  test('passes an invalid URL to fetch', async () => {
    await expect(protect(fetch, { maxInFlight: 1 })('nowhere')).rejects.toThrow('Failed to parse URL');
  });
});
