import { perMinute, perSecond } from '@breaking/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '../src/index.js';
import { ReplayedLimits } from '../src/replay/replayedLimits.js';
import { rates, refusedByStore, traffic } from './traffic.js';

const at = (...seconds: number[]) => seconds.map(each => ({ key: 'ada', at: each }));

test('counts the requests that a policy refuses, by key', () => {
  const events = [...at(0, 0, 30, 60), { key: 'bob', at: 61 }];

  expect(replay(events, perMinute(1))).toEqual({ refused: 2, keys: ['ada'] });
  expect(replay(events, perMinute(1, { burst: 3 }))).toEqual({ refused: 0, keys: [] });
});

test('reports the time of each refusal, and after how many seconds the request would have been allowed', () => {
  const refusals: unknown[] = [];
  const events = [...at(0, 20, 20), { key: 'ada', at: 100, cost: 5 }];
  replay(events, perMinute(2), {
    onRefused: (event, retryAfterSecs, index) =>
      refusals.push([index, event, Math.round(retryAfterSecs * 1000)]),
  });

  expect(refusals).toEqual([
    [2, events[2], 10_000],
    [3, events[3], Infinity],
  ]);
});

test('refuses exactly what a real limiter refuses, with one limit or several', () => {
  const policy = fc.record({ capacityMax: fc.integer({ min: 1, max: 8 }), restoreRateHz: rates });
  const limits = fc.oneof(policy, fc.record({ burst: policy, daily: policy }));
  fc.assert(
    fc.property(traffic, limits, (events, each) => {
      const refused: number[] = [];
      const { keys, refused: count } = replay(events, each, {
        onRefused: (_event, _secs, index) => refused.push(index),
      });
      expect(refused).toEqual(refusedByStore(events, each));
      expect(count).toBe(refused.length);
      expect(new Set(keys)).toEqual(new Set(refused.map(i => events[i]!.key)));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('treats an earlier moment as the latest of its key, refused requests included', () => {
  const policy = perSecond(1);

  expect(replay(at(5, 3, 6), policy)).toEqual(replay(at(5, 5, 6), policy));
  expect(replay(at(5, 5.5, 5, 6), policy)).toEqual(replay(at(5, 5.5, 5.5, 6), policy));
});

test('beyond maxKeys, clients with the largest debt are kept, and nobody is refused for another client', () => {
  const [few, all] = [4, 1000].map(maxKeys => new ReplayedLimits('test', perMinute(2), maxKeys)) as [
    ReplayedLimits,
    ReplayedLimits,
  ];
  for (let i = 0; i < 3000; i++) {
    const key = i % 3 === 0 ? 'heavy' : `light ${i % 700}`;
    few.add(key, i, 1);
    all.add(key, i, 1);
  }

  expect(few.forgotten).toBeGreaterThan(0);
  expect(few.refused).toBeLessThanOrEqual(all.refused);
  expect(few.refused).toBeGreaterThan(all.refused * 0.9);
  expect(few.clients().reduce((sum, each) => sum + each.refused, 0)).toBe(few.refused);
  expect(few.clients().map(each => each.key)).toContain('heavy');
});

test('an invalid policy is an error that names it', () => {
  expect(() => replay([], { capacityMax: 0, restoreRateHz: 1 })).toThrow('capacityMax');
  expect(() => replay([{ key: 'ada', at: Number.NaN }], perSecond(1))).toThrow(
    'replay: at must be finite, got NaN',
  );
  expect(() => replay([], perSecond(1), { onRefuse: () => {} } as never)).toThrow(
    'unknown option "onRefuse"',
  );
});
