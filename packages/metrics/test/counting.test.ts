import { channel } from 'node:diagnostics_channel';
import {
  CircuitBreaker,
  CircuitBreakerGroup,
  ConcurrencyLimiter,
  FailoverBucketStore,
  MemoryBucketStore,
  MockClock,
  perMinute,
  RateLimiter,
} from '@breaking/core';
import { turn, warned } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { CHANNELS, collected } from './collected.js';

const clock = new MockClock();

describe('rate limits', () => {
  test('decisions are counted by name, result and source', async () => {
    const metrics = collected();
    const limiter = new RateLimiter({ name: 'api', limits: perMinute(2), clock });
    for (let i = 0; i < 5; i++) limiter.check('ada');

    expect(await metrics.of('rate_limit_decisions_total')).toEqual({
      'name="api",result="allowed",source="store"': 2,
      'name="api",result="refused",source="store"': 3,
    });
  });

  test('a refusal in shadow mode counts as would_refuse', async () => {
    const metrics = collected();
    const limiter = new RateLimiter({ name: 'api', limits: perMinute(1), clock, enforce: false });
    for (let i = 0; i < 3; i++) limiter.check('ada');

    expect(await metrics.of('rate_limit_decisions_total')).toEqual({
      'name="api",result="allowed",source="store"': 1,
      'name="api",result="would_refuse",source="store"': 2,
    });
    expect(await metrics.of('rate_limit_violations_total')).toEqual({ 'name="api",limit="api"': 2 });
  });

  test('violations are counted by the limit that had too few tokens', async () => {
    const metrics = collected();
    const limits = { burst: perMinute(1), 'a day, "all"': perMinute(2) };
    const limiter = new RateLimiter({ name: 'api', limits, clock });
    limiter.check('ada');
    limiter.check('ada');
    limiter.check('ada', 2);

    expect(await metrics.of('rate_limit_violations_total')).toEqual({
      'name="api",limit="burst"': 2,
      'name="api",limit="a day, \\"all\\""': 1,
    });
  });

  test('refusals by a block are violations of the limit "block"', async () => {
    const metrics = collected();
    const limiter = new RateLimiter({ name: 'login', limits: perMinute(1), clock });
    limiter.check('ada');
    limiter.check('ada');
    limiter.block('ada', 900);
    limiter.check('ada');
    limiter.check('ada');
    limiter.check('bob');

    expect(await metrics.of('rate_limit_violations_total')).toEqual({
      'name="login",limit="login"': 1,
      'name="login",limit="block"': 2,
    });
  });

  test('names that contain the separator of labels are not merged', async () => {
    const metrics = collected();
    for (const [name, limit] of [
      ['c', 'a,name:b'],
      ['b,name:c', 'a'],
    ] as const) {
      new RateLimiter({ name, limits: { [limit]: perMinute(1) }, clock }).check('ada', 2);
    }

    expect(Object.values(await metrics.of('rate_limit_violations_total'))).toEqual([1, 1]);
  });

  test('a limiter without a name counts as default', async () => {
    const metrics = collected();
    new RateLimiter({ limits: perMinute(1), clock }).check('ada');

    expect(Object.keys(await metrics.of('rate_limit_decisions_total'))).toEqual([
      'name="default",result="allowed",source="store"',
    ]);
  });

  test("store errors are counted, and decisions in the store's place by their source", async () => {
    const warnings = warned();
    const metrics = collected();
    const broken = new MemoryBucketStore();
    broken.check = () => {
      throw new Error('gone');
    };
    const store = new FailoverBucketStore({ store: broken, name: 'api' });
    const limiter = new RateLimiter({ name: 'api', limits: perMinute(10), store, clock });
    await limiter.check('ada');
    await limiter.check('ada');

    expect(await metrics.of('store_errors_total')).toEqual({ 'name="api"': 2 });
    expect(await metrics.of('rate_limit_decisions_total')).toEqual({
      'name="api",result="allowed",source="local"': 2,
    });
    await turn();
    expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_STORE_FAILS']);
  });
});

describe('circuit breakers', () => {
  const options = { name: 'pay', errorThreshold: 2, timeWindowSecs: 60 };

  test('calls are counted by outcome', async () => {
    const metrics = collected();
    const breaker = new CircuitBreaker({ ...options, clock });
    breaker.runSync(() => 1);
    for (let i = 0; i < 3; i++) {
      try {
        breaker.runSync(() => {
          throw new Error('down');
        });
      } catch {}
    }
    breaker.tryAcquire()?.ignore();

    const calls = await metrics.of('circuit_breaker_calls_total');
    expect(calls).toMatchObject({
      'name="pay",outcome="success"': 1,
      'name="pay",outcome="failure"': 2,
    });
    expect(calls['name="pay",outcome="refused"']).toBeGreaterThanOrEqual(1);
  });

  test('a breaker counts as open from its trip until it closes, its probes included', async () => {
    const metrics = collected();
    const time = new MockClock();
    const breaker = new CircuitBreaker({ ...options, clock: time });
    const open = async () => Object.values(await metrics.of('circuit_breaker_open'));

    expect(await open()).toEqual([]);
    breaker.trip();
    expect(await open()).toEqual([1]);
    time.advanceBy(60);
    const probe = breaker.tryAcquire();
    expect(breaker.state).toBe('halfOpen');
    expect(await open()).toEqual([1]);
    probe?.success();
    expect(breaker.state).toBe('closed');
    expect(await open()).toEqual([0]);
    expect(await metrics.of('circuit_breaker_transitions_total')).toEqual({
      'name="pay",to="open",reason="trip"': 1,
      'name="pay",to="halfOpen",reason="cooldownElapsed"': 1,
      'name="pay",to="closed",reason="probesSucceeded"': 1,
    });
  });

  test('each key counts once, however often it opens, and separately for each name', async () => {
    const metrics = collected();
    const shops = new CircuitBreakerGroup({ ...options, name: 'shops', clock });
    for (const key of ['a', 'b', undefined]) shops.get(key).trip();
    shops.get('a').reset();
    shops.get('a').trip();
    shops.get('b').reset();
    new CircuitBreakerGroup({ ...options, name: 'banks', clock }).get('a').trip();

    expect(await metrics.of('circuit_breaker_open')).toEqual({ 'name="shops"': 2, 'name="banks"': 1 });
  });

  test('a breaker that opened before counting began is missing until its next transition', async () => {
    const breaker = new CircuitBreaker({ ...options, clock });
    breaker.trip();
    const metrics = collected();
    expect(await metrics.of('circuit_breaker_open')).toEqual({});
    breaker.reset();
    expect(await metrics.of('circuit_breaker_open')).toEqual({ 'name="pay"': 0 });
  });

  test('beyond 100,000 open keys, the least recently changed ones are forgotten', async () => {
    const metrics = collected();
    const transitions = channel('breaking:circuit_breaker:transition');
    const change = (key: string, to: string) =>
      transitions.publish({ name: 'spray', key, from: 'closed', to, reason: 'trip', retryAfterSecs: 1 });
    for (let i = 0; i <= 100_000; i++) change(`${i}`, 'open');

    expect(await metrics.of('circuit_breaker_open')).toEqual({ 'name="spray"': 100_000 });
    change('0', 'closed');
    expect(await metrics.of('circuit_breaker_open')).toEqual({ 'name="spray"': 100_000 });
    change('1', 'closed');
    expect(await metrics.of('circuit_breaker_open')).toEqual({ 'name="spray"': 99_999 });
  });
});

test('concurrency limits report decisions, and the number in flight at the last one', async () => {
  const metrics = collected();
  const limiter = new ConcurrencyLimiter({ name: 'db', limit: 2, clock });
  for (let i = 0; i < 3; i++) limiter.tryAcquire();

  expect(await metrics.of('concurrency_limit_decisions_total')).toEqual({
    'name="db",result="allowed"': 2,
    'name="db",result="refused"': 1,
  });
  expect(await metrics.of('concurrency_limit_in_flight')).toEqual({ 'name="db"': 2 });
  expect(await metrics.of('concurrency_limit_limit')).toEqual({ 'name="db"': 2 });
});

describe('stopping', () => {
  test('removes every subscriber, and may be repeated', () => {
    const { stop } = collected();
    expect(CHANNELS.map(name => channel(name).hasSubscribers)).toEqual(CHANNELS.map(() => true));
    stop();
    stop();

    expect(CHANNELS.map(name => channel(name).hasSubscribers)).toEqual(CHANNELS.map(() => false));
  });

  test('does not stop other observers', async () => {
    const first = collected();
    const second = collected();
    first.stop();
    new RateLimiter({ limits: perMinute(1), clock }).check('ada');

    expect(Object.values(await second.of('rate_limit_decisions_total'))).toEqual([1]);
  });
});
