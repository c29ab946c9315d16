import { channel } from 'node:diagnostics_channel';
import { ConcurrencyLimiter, MockClock, perMinute, RateLimiter } from '@breaking/core';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Observation } from '../src/server/observation.js';
import { asWatch } from '../src/watched.js';

const clock = new MockClock(5);
const decisions = channel('breaking:rate_limit:decision');
const places = channel('breaking:concurrency_limit:decision');
const transitions = channel('breaking:circuit_breaker:transition');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function observing(records = false): Observation {
  const observation = new Observation(asWatch('watch', [limit('api')]), clock, records);
  onTestFinished(() => observation.close());
  return observation;
}

const limit = (name: string) => new RateLimiter({ name, limits: perMinute(1), clock });
const check = (name: string) => limit(name).check('ada');

test('without viewers, the dashboard subscribes only to transitions and has no timer', () => {
  const observation = observing();

  expect([transitions, decisions, places].map(({ hasSubscribers }) => hasSubscribers)).toEqual([
    true,
    false,
    false,
  ]);
  expect(observation.counts).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('from the first viewer on, decisions of the watched limits are counted', () => {
  const observation = observing();
  check('api');
  observation.watch();
  check('api');
  check('another');

  expect(
    [...(observation.counts ?? [])].map(([name, counts]) => [name, counts.report(5).totals.allowed]),
  ).toEqual([['api', 1]]);
  expect(observation.countedSince).toBe(5);
});

test('from the first viewer on, refusals of the watched concurrency limits are counted', () => {
  const db = new ConcurrencyLimiter({ name: 'db', limit: 1, clock });
  const other = new ConcurrencyLimiter({ name: 'other', limit: 1, clock });
  const observation = new Observation(asWatch('watch', [db]), clock, false);
  onTestFinished(() => observation.close());
  for (const limiter of [db, db, other]) limiter.tryAcquire();
  observation.watch();
  for (const limiter of [db, other]) limiter.tryAcquire();

  expect([...(observation.refusals ?? [])].map(([name, counted]) => [name, counted.report(5).total])).toEqual(
    [['db', 1]],
  );
});

test('ten seconds after the last viewer left, counting ends and the counts are dropped', () => {
  const observation = observing();
  observation.watch();
  observation.leave();
  vi.advanceTimersByTime(9_999);
  expect(decisions.hasSubscribers).toBe(true);
  vi.advanceTimersByTime(1);

  expect([decisions.hasSubscribers, places.hasSubscribers]).toEqual([false, false]);
  expect(observation.counts).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test('a viewer who comes back within ten seconds finds the counts', () => {
  const observation = observing();
  observation.watch();
  check('api');
  observation.leave();
  vi.advanceTimersByTime(9_000);
  observation.watch();
  vi.advanceTimersByTime(60_000);

  expect(observation.counts?.get('api')?.report(5).totals.allowed).toBe(1);
});

test('with record, counting never ends', () => {
  const observation = observing(true);
  observation.watch();
  observation.leave();
  vi.advanceTimersByTime(60_000);

  expect(observation.counts).toBeDefined();
});

test('after close, the dashboard listens for nothing', () => {
  const observation = observing(true);
  observation.close();

  expect([transitions.hasSubscribers, decisions.hasSubscribers]).toEqual([false, false]);
});
