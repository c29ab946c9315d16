import { CircuitBreaker, MockClock, type Permit } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { seededRandom } from './breakerTools.js';

const CALLS_PER_SEC = 100;
const HOUR_SECS = 3600;

interface Call {
  readonly permit: Permit;
  readonly endsAt: number;
  readonly isProbe: boolean;
}

/** A dead upstream: every call fails after `latencySecs`. Returns the results of one hour, from the first trip on. */
function deadUpstream(latencySecs: number) {
  const clock = new MockClock();
  const breaker = new CircuitBreaker({
    errorThreshold: 5,
    timeWindowSecs: 10,
    cooldownSecs: 10,
    cooldownBackoff: 2,
    cooldownMaxSecs: 60,
    clock,
  });
  const random = seededRandom(7);
  const underWay: Call[] = [];
  let trippedAt: number | undefined;
  let calls = 0;
  let mostUnsettled = 0;
  const probedAt: number[] = [];

  const moveTo = (time: number) => clock.advanceBy(Math.max(0, time - clock.time));
  const settleUntil = (time: number) => {
    while (underWay[0] !== undefined && underWay[0].endsAt <= time) {
      const { permit, endsAt } = underWay.shift() as Call;
      moveTo(endsAt);
      permit.failure();
      if (trippedAt === undefined && breaker.state === 'open') trippedAt = clock.time;
    }
  };

  for (let i = 0; trippedAt === undefined || i / CALLS_PER_SEC < trippedAt + HOUR_SECS; i++) {
    const time = (i + random()) / CALLS_PER_SEC;
    settleUntil(time);
    moveTo(time);
    const permit = breaker.tryAcquire();
    const isProbe = trippedAt !== undefined;
    if (permit !== undefined) underWay.push({ permit, endsAt: time + latencySecs, isProbe });
    if (!isProbe) continue;
    calls += 1;
    if (permit !== undefined) probedAt.push(time);
    mostUnsettled = Math.max(mostUnsettled, underWay.filter(each => each.isProbe).length);
  }
  return { calls, probedAt, mostUnsettled, trippedAt };
}

describe('an upstream that stays dead at 100 calls a second', () => {
  test.each([0.01, 0.5, 2, 10])(
    'with a latency of %d s gets less than one in 2,000 of the calls',
    latencySecs => {
      const { calls, probedAt, mostUnsettled, trippedAt } = deadUpstream(latencySecs);
      expect(calls).toBeGreaterThan(CALLS_PER_SEC * HOUR_SECS * 0.999);
      expect(probedAt.length).toBeGreaterThan(20);
      expect(probedAt.length / calls).toBeLessThan(0.0005);
      expect(mostUnsettled).toBeLessThanOrEqual(8);
      // At most one new probe in each D: 10 s after the trip, then after 20, 40, 60, 60, ...
      let last = trippedAt as number;
      probedAt.forEach((time, failed) => {
        expect(time - last).toBeGreaterThanOrEqual(Math.min(60, 10 * 2 ** failed) * (1 - 1e-6));
        last = time;
      });
    },
  );
});

test('a service that fails 1 % of 1,000 calls a second does not trip it in 100,000, and does within two seconds of failing half', () => {
  const clock = new MockClock();
  const breaker = new CircuitBreaker({
    tolerableErrorRatio: 0.2,
    errorThreshold: 20,
    timeWindowSecs: 10,
    clock,
  });
  const random = seededRandom(11);
  const call = (failures: number) => {
    clock.advanceBy(0.001);
    const permit = breaker.acquire();
    if (random() < failures) permit.failure();
    else permit.success();
  };
  for (let i = 0; i < 100_000; i++) call(0.01);
  expect(breaker.state).toBe('closed');
  let calls = 0;
  for (; breaker.state === 'closed' && calls < 2000; calls++) call(0.5);
  expect(breaker.state).toBe('open');
});
