import { MockClock, perMinute, RateLimiter } from '@breaking/core';
import { heard } from '@breaking/testkit';
import { expect, test } from 'vitest';
import { LimitCounts } from '../src/counting/limitCounts.js';

const clock = new MockClock();

/** The messages that a limiter published for some requests. */
function decisionsOn(keys: readonly string[], enforce = true) {
  const messages = heard('breaking:rate_limit:decision');
  const limiter = new RateLimiter({ name: 'api', limits: perMinute(1), clock, enforce });
  for (const key of keys) limiter.check(key);
  return messages;
}

test('results, sources and refused keys are counted', () => {
  const counts = new LimitCounts(0);
  for (const message of decisionsOn(['ada', 'ada', 'ada', 'bob', 'bob', 'cid'])) counts.count(message, 1);
  const report = counts.report(2);

  expect(report.totals).toEqual({ allowed: 3, refused: 3, wouldRefuse: 0 });
  expect(report.sources).toEqual({ store: 6 });
  expect(report.perSecond.refused.at(-1)).toBe(1.5);
  expect(report.refusedKeys).toEqual([
    { key: 'ada', count: 2, error: 0 },
    { key: 'bob', count: 1, error: 0 },
  ]);
});

test('refusals in shadow mode are counted separately, and so are their keys', () => {
  const counts = new LimitCounts(0);
  for (const message of decisionsOn(['ada', 'ada'], false)) counts.count(message, 1);

  expect(counts.report(2)).toMatchObject({
    totals: { allowed: 1, refused: 0, wouldRefuse: 1 },
    refusedKeys: [{ key: 'ada', count: 1 }],
  });
});

test('keys that have not been refused for twenty minutes are forgotten', () => {
  const counts = new LimitCounts(0);
  const refused = decisionsOn(['ada', 'ada']).slice(1);
  for (const message of refused) counts.count(message, 1);
  const keys = (now: number) => counts.report(now).refusedKeys.map(({ key }) => key);

  expect(keys(599)).toEqual(['ada']);
  expect(keys(1199)).toEqual(['ada']);
  expect(keys(1200)).toEqual([]);
  expect(counts.report(1200).totals.refused).toBe(1);
});

test('a key that is refused again and again is counted over both halves', () => {
  const counts = new LimitCounts(0);
  const [, refused] = decisionsOn(['ada', 'ada']);
  for (const at of [1, 599, 601]) counts.count(refused!, at);

  expect(counts.report(602).refusedKeys).toEqual([{ key: 'ada', count: 3, error: 0 }]);
});

test('a blocked key says for how long, until its block ends or a decision shows that it was lifted', () => {
  const messages = heard('breaking:rate_limit:decision');
  const limiter = new RateLimiter({ name: 'api', limits: perMinute(1), clock });
  limiter.block('ada', 30);
  limiter.check('ada');
  limiter.reset('ada');
  limiter.check('ada');
  limiter.block('ada', Number.POSITIVE_INFINITY);
  limiter.check('ada');
  const [blocked, allowed, forever] = messages;
  const counts = new LimitCounts(0);
  const left = (now: number) => counts.report(now).refusedKeys[0]?.blockedForSecs;

  counts.count(blocked!, 1);
  expect([left(11), left(31)]).toEqual([20, undefined]);
  counts.count(allowed!, 12);
  expect(left(12)).toBeUndefined();
  counts.count(forever!, 13);
  expect(left(1000)).toBeNull();
  counts.blocked('ada', 0, 14);
  expect(left(14)).toBeUndefined();
});

test('of more than a hundred blocked keys, the latest are shown', () => {
  const counts = new LimitCounts(0);
  for (const message of decisionsOn(['ada', 'ada', 'bob', 'bob'])) counts.count(message, 1);
  counts.blocked('ada', 60, 1);
  for (let i = 0; i < 99; i++) counts.blocked(`${i}`, 60, 1);
  counts.blocked('bob', 60, 1);

  expect(counts.report(2).refusedKeys).toEqual([
    { key: 'ada', count: 1, error: 0 },
    { key: 'bob', count: 1, error: 0, blockedForSecs: 59 },
  ]);
});
