import { perDay, perHour, perMinute, perSecond } from '@breaking/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClientBursts } from '../src/frontier/clientBursts.js';
import { frontier, type PlanEvent } from '../src/index.js';
import { keysOf, rates, refusedByStore, traffic } from './traffic.js';

/** Requests of one client at these seconds. */
const at = (...seconds: number[]): PlanEvent[] => seconds.map(each => ({ key: 'ada', at: each }));

describe('the burst that a client needs', () => {
  test.each([
    ['one request needs one token', at(5), 1, 1],
    ['requests at once need a token each', at(0, 0, 0), 1, 3],
    ['a token that is back is not needed twice', at(0, 1, 2, 3), 1, 1],
    ['a fraction that is not yet back costs a whole token', at(0, 0.5), 1, 2],
    ['what falls short by less than the slack does not', at(0, 0.9995), 1, 1],
    ['debt adds up over pauses that are too short', at(0, 30, 60, 90), 1 / 60, 3],
    ['an hour later all is forgotten', at(0, 0, 0, 3600, 3600), 1 / 60, 3],
  ])('%s', (_what, events, rate, burst) => {
    expect(frontier(events, { rates: [rate], cover: ['100%'] })).toEqual([
      { restoreRateHz: rate, bursts: { '100%': burst } },
    ]);
  });

  test('refuses nothing in the real store, and one token less would, for every client and rate', () => {
    fc.assert(
      fc.property(traffic, rates, (events, restoreRateHz) => {
        for (const key of keysOf(events)) {
          const own = events.filter(each => each.key === key);
          const capacityMax = frontier(own, { rates: [restoreRateHz] })[0]!.bursts['100%']!;
          expect(refusedByStore(own, { capacityMax, restoreRateHz })).toEqual([]);
          if (capacityMax === 1) continue;
          expect(refusedByStore(own, { capacityMax: capacityMax - 1, restoreRateHz })).not.toEqual([]);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('is enough in the real store for the share of clients that it covers, and one token less is not', () => {
    const cover = ['20%', '50%', '95%', '99.5%', '100%'];
    fc.assert(
      fc.property(traffic, rates, (events, restoreRateHz) => {
        const n = keysOf(events).length;
        const neverRefused = (capacityMax: number) => {
          const refused = refusedByStore(events, { capacityMax, restoreRateHz });
          return n - new Set(refused.map(i => events[i]!.key)).size;
        };
        const [point] = frontier(events, { rates: [restoreRateHz], cover });
        for (const each of cover) {
          const needed = Math.ceil((Number.parseFloat(each) * n * 10) / 1000);
          const burst = point!.bursts[each]!;
          expect(neverRefused(burst)).toBeGreaterThanOrEqual(needed);
          if (burst > 1) expect(neverRefused(burst - 1)).toBeLessThan(needed);
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('treats an earlier moment as the latest of its key', () => {
    const events = [
      { key: 'ada', at: 10 },
      { key: 'bob', at: 3 },
      { key: 'ada', at: 4 },
      { key: 'ada', at: 11 },
    ];
    const options = { rates: [1], cover: ['50%', '100%'] };

    expect(frontier(events, options)).toEqual(frontier(events.with(2, { key: 'ada', at: 10 }), options));
    expect(frontier(events, options)[0]?.bursts).toEqual({ '50%': 1, '100%': 2 });
  });
});

describe('the rates and shares', () => {
  test('are 12 from 1 a day to 1,000 a second, and 95, 99 and 100 % by default', () => {
    const points = frontier(at(0));

    expect(points.map(point => point.restoreRateHz)).toEqual(
      [
        ...[1, 10].map(n => perDay(n)),
        ...[1, 10].map(n => perHour(n)),
        ...[1, 10, 30].map(n => perMinute(n)),
        ...[1, 5, 10, 100, 1000].map(n => perSecond(n)),
      ].map(policy => policy.restoreRateHz),
    );
    expect(points[0]?.bursts).toEqual({ '95%': 1, '99%': 1, '100%': 1 });
  });

  test('no requests need the smallest bucket', () => {
    expect(frontier([], { rates: [1], cover: ['95%'] })[0]?.bursts).toEqual({ '95%': 1 });
  });

  test('a share is the ⌈share · n⌉-th smallest burst, in exact arithmetic', () => {
    const clients = Array.from({ length: 100 }, (_, i) =>
      Array.from({ length: i + 1 }, () => ({ key: `client ${i}`, at: 0 })),
    ).flat();
    const cover = ['1%', '55%', '55.1%', '99%', '99.9%', '100%'];

    // 0.55 · 100 is 55.00000000000001 in doubles.
    expect(frontier(clients, { rates: [1], cover })[0]?.bursts).toEqual({
      '1%': 1,
      '55%': 55,
      '55.1%': 56,
      '99%': 99,
      '99.9%': 100,
      '100%': 100,
    });
    expect(frontier(clients, { rates: [1], cover: [0.55, 0.999] })[0]?.bursts).toEqual({
      '55%': 55,
      '99.9%': 100,
    });
  });

  test.each([
    [{ rates: [] }, 'frontier: rates must name at least one rate, got none'],
    [{ rates: [0] }, 'frontier: rates must be > 0, got 0'],
    [{ rates: 1 }, 'frontier: rates must be an array, got 1'],
    [{ cover: [] }, 'frontier: cover must name at least one share, got none'],
    [{ cover: ['101%'] }, `frontier: cover must be > 0% and at most 100%, such as '99%', got "101%"`],
    [{ cover: ['0%'] }, `frontier: cover must be > 0% and at most 100%, such as '99%', got "0%"`],
    [{ cover: ['most'] }, `frontier: cover must be > 0% and at most 100%, such as '99%', got "most"`],
    [{ rate: [1] }, 'frontier: unknown option "rate", known options: rates, cover'],
  ])('%j are wrong', (options, message) => {
    expect(() => frontier([], options as never)).toThrow(message);
  });

  test.each([
    [null, 'frontier: an event must be an object, got null'],
    [{ key: 1, at: 0 }, 'frontier: key must be a string, got 1'],
    [{ key: 'ada', at: '0' }, 'frontier: at must be a number, got "0"'],
    [{ key: 'ada', at: Number.NaN }, 'frontier: at must be finite, got NaN'],
    [{ key: 'ada', at: 0, cost: 0.5 }, 'frontier: cost must be a whole number, at least 0, got 0.5'],
  ])('the event %j is wrong', (event, message) => {
    expect(() => frontier([event as never])).toThrow(message);
  });
});

describe('more clients than maxKeys', () => {
  const RATES = [1 / 3600, 1];
  /** A heavy client among many that send one request each. */
  const spray = Array.from({ length: 20_000 }, (_, i) => ({
    key: i % 4 === 0 ? 'heavy' : `light ${i}`,
    at: i / 10,
  }));

  function bursts(maxKeys: number): ClientBursts {
    const all = new ClientBursts(RATES, maxKeys);
    for (const { key, at } of spray) all.add(key, at, 1);
    return all;
  }

  test('the heaviest is kept, and its burst is too high by at most the reported error', () => {
    const [few, all] = [bursts(500), bursts(1_000_000)];
    const { excess } = few;

    expect(all.excess).toBe(0);
    expect(excess).toBeGreaterThan(0);
    for (const i of RATES.keys()) {
      const [kept, exact] = [few.largest(i, 1)[0]!, all.largest(i, 1)[0]!];
      expect(kept.key).toBe('heavy');
      expect(kept.burst).toBeGreaterThanOrEqual(exact.burst);
      expect(kept.burst).toBeLessThanOrEqual(Math.ceil(exact.burst + excess));
    }
  });

  test('forgotten clients and requests still count', () => {
    const few = bursts(500);

    expect(few.clients).toBe(15_001);
    expect(few.requests).toBe(20_000);
    expect(few.needs(0).reduce((sum, need) => sum + need.clients, 0)).toBe(15_001);
    expect(few.needs(0).reduce((sum, need) => sum + need.requests, 0)).toBe(20_000);
  });

  test('no debt is too small, even if a client is forgotten and returns', () => {
    fc.assert(
      fc.property(traffic, rates, (events, rate) => {
        const [few, all] = [new ClientBursts([rate], 2), new ClientBursts([rate], 100)];
        for (const { key, at, cost = 1 } of events) {
          few.add(key, at, cost);
          all.add(key, at, cost);
        }
        const largest = (each: ClientBursts) => each.needs(0).at(-1)!.burst;
        expect(largest(few)).toBeGreaterThanOrEqual(largest(all));
        expect(largest(few)).toBeLessThanOrEqual(Math.ceil(largest(all) + few.excess));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('bursts of any size are stored', () => {
    const large = new ClientBursts([1], 10);
    for (const cost of [3, 70_000, 5_000_000_000]) large.add(`of ${cost}`, 0, cost);

    expect(large.needs(0).map(need => need.burst)).toEqual([3, 70_000, 5_000_000_000]);
  });

  test('the search ends at bursts that are too large for exact integers', () => {
    const largest = new ClientBursts([1], 10);
    for (const cost of [Number.MAX_SAFE_INTEGER, 5, Number.MAX_SAFE_INTEGER]) largest.add('ada', 0, cost);

    expect(largest.needs(0)).toEqual([{ burst: 2 ** 54 + 4, clients: 1, requests: 3 }]);
  });
});
