import { MockClock, perMinute, perSecond, RateLimiter } from '@breaking/core';
import { expect, onTestFinished, test } from 'vitest';
import { frontier, type PlanEvent, type RecordOptions, record } from '../src/index.js';

const clock = new MockClock();

function recording(options: RecordOptions) {
  const started = record(options);
  onTestFinished(started.stop);
  return started;
}

test('live decisions give the same report as their log', () => {
  const limiter = new RateLimiter({ name: 'api', limits: perMinute(1), enforce: false, clock });
  const started = recording({ name: 'api', clock });
  const events: PlanEvent[] = [];
  for (let i = 0; i < 300; i++) {
    const event = { key: `client ${i % 7}`, at: clock.time, cost: i % 3 };
    events.push(event);
    limiter.check(event.key, event.cost);
    clock.advanceBy(i % 11);
  }
  const { requests, keys, frontier: points, suggested } = started.report();

  expect({ requests, keys }).toEqual({ requests: 300, keys: 7 });
  expect(points).toEqual(frontier(events));
  expect(suggested?.code).toMatch(/^per\w+\(\d+, { burst: \d+ }\)$/);
});

test('only the named limiter is recorded, and nothing after stop', () => {
  const [api, login] = ['api', 'login'].map(name => new RateLimiter({ name, limits: perSecond(1), clock }));
  const started = recording({ name: 'api', clock });
  api!.check('ada');
  login!.check('ada');
  expect(started.report().requests).toBe(1);

  started.stop();
  api!.check('ada');
  expect(started.report().requests).toBe(1);
});

test('memory is bounded by maxKeys, and the report says what that costs', () => {
  const limiter = new RateLimiter({ name: 'api', limits: perSecond(1), clock });
  const started = recording({ name: 'api', maxKeys: 20, clock });
  for (let i = 0; i < 100; i++) limiter.check(`client ${i}`);

  expect(started.report().keys).toBe(100);
  expect(started.report().approximate).toEqual({ forgotten: 80, excess: expect.any(Number) });
});

test('without requests there is nothing to suggest', () => {
  expect(recording({ name: 'api' }).report()).toMatchObject({ requests: 0, keys: 0, suggested: undefined });
});

test.each([
  [{}, 'record: name must be a string, got undefined'],
  [{ name: 'api', maxKeys: 0 }, 'record: maxKeys must be a whole number, at least 1, got 0'],
  [{ name: 'api', clock: {} }, 'record: clock must be an object with a method secondsSinceEpoch'],
  [{ name: 'api', every: 1 }, 'record: unknown option "every"'],
])('%j are wrong', (options, message) => {
  expect(() => record(options as never)).toThrow(message);
});
