import {
  CircuitBreaker,
  CircuitBreakerGroup,
  ConcurrencyLimiter,
  ConcurrencyLimiterGroup,
  MockClock,
  perMinute,
  RateLimiter,
} from '@breaking/core';
import { expect, test } from 'vitest';
import { asWatch } from '../src/watched.js';

const clock = new MockClock();
const limiter = new RateLimiter({ name: 'api', limits: perMinute(1), clock });
const breaker = new CircuitBreaker({ name: 'pay', errorThreshold: 1, timeWindowSecs: 60, clock });
const breakers = new CircuitBreakerGroup({ name: 'shops', errorThreshold: 1, timeWindowSecs: 60, clock });
const places = new ConcurrencyLimiter({ name: 'db', limit: 2, clock });
const concurrency = new ConcurrencyLimiterGroup({ name: 'tenants', limit: 2, clock });
const middleware = (handles: object) => Object.assign(() => {}, handles);

const found = (...watch: unknown[]) =>
  asWatch('watch', watch)().map(each => [
    each.kind,
    each.kind === 'rateLimit' ? each.limiter.name : each.group.name,
  ]);

test.each([undefined, null, 1, 'api', {}, () => {}, new Set()])(
  'watching anything else is a TypeError: %#',
  value => {
    expect(() => asWatch('dashboard: watch', [value])).toThrow(
      /^dashboard: watch\[0\] must be a rate limit, a circuit breaker or a concurrency limit, got /,
    );
  },
);

test('limiters, breakers and groups are recognised by their methods', () => {
  expect(found(limiter, breaker, breakers, places, concurrency)).toEqual([
    ['rateLimit', 'api'],
    ['circuitBreaker', 'pay'],
    ['circuitBreaker', 'shops'],
    ['concurrencyLimit', 'db'],
    ['concurrencyLimit', 'tenants'],
  ]);
});

test('middleware and protected calls are recognised by their properties', () => {
  expect(found(middleware({ limiter }), middleware({ concurrency }))).toEqual([
    ['rateLimit', 'api'],
    ['concurrencyLimit', 'tenants'],
  ]);
  expect(found(middleware({ limiter, breakers }))).toEqual([
    ['rateLimit', 'api'],
    ['circuitBreaker', 'shops'],
  ]);
});

test('maps are read each time, since they grow with the routes of an application', () => {
  const limits = new Map<string, unknown>();
  const byName = new Map([['shops', breakers]]);
  const watch = asWatch('watch', [{ limits, breakers: byName }, byName]);
  expect(watch().map(({ kind }) => kind)).toEqual(['circuitBreaker']);
  limits.set('api', limiter);
  expect(watch().map(({ kind }) => kind)).toEqual(['rateLimit', 'circuitBreaker']);
});

test('a limiter that is listed twice is shown once', () => {
  expect(found(limiter, middleware({ limiter }), breaker, breaker)).toEqual([
    ['rateLimit', 'api'],
    ['circuitBreaker', 'pay'],
  ]);
});
