import {
  CircuitBreaker,
  CircuitBreakerGroup,
  ConcurrencyLimiter,
  MockClock,
  perMinute,
  RateLimiter,
  type TransitionMessage,
} from '@breaking/core';
import { heard } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { BreakerHistory } from '../src/counting/breakerHistory.js';
import { LimitCounts } from '../src/counting/limitCounts.js';
import { keyIds, masking, unmasked } from '../src/masking.js';
import { type SnapshotSources, snapshot } from '../src/snapshot.js';
import { asWatch } from '../src/watched.js';

const BREAKER = { name: 'pay', errorThreshold: 1, timeWindowSecs: 60 };
const clock = new MockClock();

function shown(watch: readonly unknown[], sources: Partial<SnapshotSources> = {}, now = 1000) {
  const watched = asWatch('dashboard: watch', watch)();
  const none = {
    history: new BreakerHistory(),
    breakerRounds: new WeakMap(),
    placesRounds: new WeakMap(),
    counts: undefined,
    refusals: undefined,
    countedSince: undefined,
    mask: unmasked,
    idOf: (key: string) => `id of ${key}`,
  };
  return snapshot({ ...none, ...sources, watched }, now);
}

/** The history of these messages. */
function historyOf(messages: readonly TransitionMessage[], at = 900): BreakerHistory {
  const history = new BreakerHistory();
  for (const message of messages) history.changed(message, at);
  return history;
}

describe('rate limits', () => {
  test('are shown without counts while counting is off', () => {
    const limiter = new RateLimiter({ name: 'api', limits: { burst: perMinute(60) }, clock });

    expect(shown([limiter])).toMatchObject({
      countedForSecs: undefined,
      rateLimits: [{ name: 'api', limits: [{ name: 'burst', capacityMax: 60, restoreRateHz: 1 }] }],
    });
  });

  test('show which keys they refuse, masked', () => {
    const messages = heard('breaking:rate_limit:decision');
    const limiter = new RateLimiter({ name: 'api', limits: perMinute(1), clock });
    const counts = new LimitCounts(990);
    for (const key of ['ip:192.0.2.7', 'ip:192.0.2.7', 'ada@example.com', 'ada@example.com'])
      limiter.check(key);
    for (const message of messages) counts.count(message, 995);
    const sources = {
      counts: new Map([['api', counts]]),
      countedSince: 990,
      mask: masking(),
      idOf: keyIds(),
    };
    const page = shown([limiter], sources);

    expect(page.countedForSecs).toBe(10);
    expect(page.rateLimits[0]?.totals).toEqual({ allowed: 2, refused: 2, wouldRefuse: 0 });
    expect(page.rateLimits[0]?.refusedKeys?.map(({ key }) => key)).toEqual([
      'ip:192.0.2.*',
      expect.stringMatching(/^#[0-9a-f]{8}$/),
    ]);
    expect(JSON.stringify(page)).not.toContain('ada');
  });
});

describe('circuit breakers', () => {
  test('show their state, since when, and the wait', () => {
    const transitions = heard('breaking:circuit_breaker:transition');
    const breaker = new CircuitBreaker({ ...BREAKER, clock });
    breaker.trip(30);

    expect(shown([breaker], { history: historyOf(transitions) }).circuitBreakers).toEqual([
      {
        name: 'pay',
        states: { closed: 0, open: 1, halfOpen: 0 },
        breakers: [
          {
            state: 'open',
            retryAfterSecs: expect.closeTo(30, 2),
            forSecs: 100,
            strip: [
              { state: 'closed', fromSecsAgo: 600 },
              { state: 'open', fromSecsAgo: 100 },
            ],
          },
        ],
      },
    ]);
  });

  test('that belong to a key show the key and their own history', () => {
    const transitions = heard('breaking:circuit_breaker:transition');
    const breaker = new CircuitBreaker({ ...BREAKER, key: 'shop 7', clock });
    breaker.trip(30);

    const [view] = shown([breaker], { history: historyOf(transitions) }).circuitBreakers;
    expect(view?.breakers).toMatchObject([{ key: 'shop 7', state: 'open', forSecs: 100 }]);
  });

  test('that are open until a reset have a wait of null, since JSON has no Infinity', () => {
    const breaker = new CircuitBreaker({ ...BREAKER, clock });
    breaker.trip(Number.POSITIVE_INFINITY);
    const sent = JSON.parse(JSON.stringify(shown([breaker])));

    expect(sent.circuitBreakers[0].breakers[0].retryAfterSecs).toBeNull();
  });

  test('show at most twenty of a group, and first those that are not closed', () => {
    const transitions = heard('breaking:circuit_breaker:transition');
    const group = new CircuitBreakerGroup({ ...BREAKER, clock });
    for (let i = 0; i < 100; i++) group.get(`shop ${i}`);
    group.get('shop 77').trip();
    const [view] = shown([group], { history: historyOf(transitions) }).circuitBreakers;

    expect(view?.states).toEqual({ closed: 99, open: 1, halfOpen: 0 });
    expect(view?.breakers).toHaveLength(20);
    expect(view?.breakers[0]?.key).toBe('shop 77');
  });

  test("of an empty group show the group's name alone", () => {
    expect(shown([new CircuitBreakerGroup({ ...BREAKER, clock })]).circuitBreakers).toEqual([
      { name: 'pay', states: { closed: 0, open: 0, halfOpen: 0 }, breakers: [] },
    ]);
  });
});

test('concurrency limits show the number in flight', () => {
  const limiter = new ConcurrencyLimiter({ name: 'db', limit: 4, clock });
  limiter.tryAcquire();

  expect(shown([limiter]).concurrencyLimits).toEqual([
    { name: 'db', keys: 1, inFlight: 1, limiters: [{ inFlight: 1, limit: 4 }] },
  ]);
});

test('10,000 breakers and 100,000 keys stay below 100 kB', () => {
  const history = new BreakerHistory();
  const group = new CircuitBreakerGroup({ ...BREAKER, clock });
  for (let i = 0; i < 10_000; i++) {
    const key = `https://shop-${i}.example.com`;
    group.get(key).trip();
    for (let at = 0; at < 100; at++) {
      history.changed(
        { name: 'pay', key, from: 'closed', to: 'open', reason: 'trip', retryAfterSecs: 1 },
        500 + at,
      );
    }
  }
  const messages = heard('breaking:rate_limit:decision');
  const limiter = new RateLimiter({ name: 'api', limits: perMinute(1), clock });
  limiter.check('ada');
  limiter.check('ada');
  const counts = new LimitCounts(400);
  const [allowed, refused] = messages;
  for (let i = 0; i < 100_000; i++) {
    counts.count({ ...allowed!, key: `${i}` }, 401 + (i % 590));
    counts.count({ ...refused!, key: `${i}`.repeat(2000) }, 401 + (i % 590));
  }
  const page = shown([group, limiter], {
    history,
    counts: new Map([['api', counts]]),
    countedSince: 400,
    idOf: keyIds(),
  });

  expect(JSON.stringify(page).length).toBeLessThan(100_000);
  expect(page.circuitBreakers[0]?.states.open).toBe(10_000);
});
