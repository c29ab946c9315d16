import { ConcurrencyLimiter, type ConcurrencyLimiterOptions } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { type Simulated, type SimulatedServer, simulated } from '../src/simulation.js';

/** Ten places, an exponential service time of 0.1 s, and twice the load that it can serve. */
const TEN_PLACES: SimulatedServer = {
  secs: 120,
  places: () => 10,
  rateHz: () => 200,
  serviceSecs: random => random.exponential(0.1),
  deadlineSecs: 0.5,
};

function under(server: SimulatedServer, options: ConcurrencyLimiterOptions): Simulated {
  return simulated(server, clock => new ConcurrencyLimiter({ ...options, clock }));
}

const adaptive = (server: SimulatedServer, options: Partial<ConcurrencyLimiterOptions> = {}) =>
  under(server, { limit: 'adaptive', ...options });

/** The goodput of the best fixed limit, chosen with hindsight. */
function bestFixed(server: SimulatedServer, limits = [10, 12, 15, 20, 30]): number {
  return Math.max(...limits.map(limit => under(server, { limit }).goodput));
}

describe.each([1, 2])('an adaptive limit, with random numbers of the seed %d,', seed => {
  test('follows a server whose places change from 10 to 5 to 20, at twice the load', () => {
    const places = (now: number) => (now < 60 ? 10 : now < 120 ? 5 : 20);
    const server = { ...TEN_PLACES, secs: 180, seed, places, rateHz: (now: number) => places(now) * 20 };
    const { goodput, limits } = adaptive(server);
    expect(goodput).toBeGreaterThan(0.95 * bestFixed(server));
    const [ten, five, twenty] = [limits[59], limits[119], limits[179]] as [number, number, number];
    expect(five).toBeLessThan(ten);
    expect(twenty).toBeGreaterThan(ten);
  });

  test('holds if one call in ten is twenty times slower', () => {
    const serviceSecs: SimulatedServer['serviceSecs'] = random =>
      random.exponential(random.even() < 0.9 ? 0.05 : 1);
    const server = { ...TEN_PLACES, secs: 300, seed, rateHz: () => 138, serviceSecs, deadlineSecs: 2 };
    expect(adaptive(server).goodput).toBeGreaterThan(0.8 * bestFixed(server));
  });

  test('holds if every call takes some 5 s', () => {
    const serviceSecs: SimulatedServer['serviceSecs'] = random => 4 + 2 * random.even();
    const server = { ...TEN_PLACES, secs: 1200, seed, rateHz: () => 4, serviceSecs, deadlineSecs: 15 };
    expect(adaptive(server).goodput).toBeGreaterThan(0.8 * bestFixed(server));
  });

  test('holds if clients leave after 0.3 s', () => {
    const server = { ...TEN_PLACES, seed, deadlineSecs: 0.3, clientsLeave: true };
    expect(adaptive(server).goodput).toBeGreaterThan(0.8 * bestFixed(server));
  });

  test('learns nothing from a minute in which every call fails at once', () => {
    const isFailing = (now: number) => now >= 60 && now < 120;
    const server = { ...TEN_PLACES, secs: 180, seed, isFailing };
    const { goodput, limits } = adaptive(server);
    expect(goodput).toBeGreaterThan(0.95 * bestFixed(server));
    expect(limits[120]).toBe(limits[62]);
  });

  test('holds if the server is four times slower for a minute during an overload', () => {
    const serviceSecs: SimulatedServer['serviceSecs'] = (random, now) =>
      random.exponential(now >= 60 && now < 120 ? 0.4 : 0.1);
    const server = { ...TEN_PLACES, secs: 180, seed, serviceSecs, deadlineSecs: 1 };
    expect(adaptive(server).goodput).toBeGreaterThan(0.8 * bestFixed(server));
  });

  test('holds if one call in a hundred hangs for a minute', () => {
    const server = { ...TEN_PLACES, secs: 240, seed, hangingShare: 0.01 };
    expect(adaptive(server).goodput).toBeGreaterThan(0.95 * bestFixed(server, [30, 60, 80, 100]));
  });

  test('finds its way back when a server has become four times slower for good', () => {
    const serviceSecs: SimulatedServer['serviceSecs'] = (random, now) =>
      random.exponential(now >= 60 ? 0.4 : 0.1);
    const server = { ...TEN_PLACES, secs: 600, seed, serviceSecs, deadlineSecs: 1.5 };
    const { limits } = adaptive(server);
    expect(Math.min(...limits)).toBeLessThan(5);
    expect(limits.at(-1)).toBeGreaterThan(10);
  });

  test('lets a low priority use the server if there are no other calls', () => {
    const server = { ...TEN_PLACES, seed, priorityOf: () => 0 };
    expect(adaptive(server, { priorities: 2 }).goodput).toBeGreaterThan(0.9 * bestFixed(server));
  });

  test('keeps the goodput of the high priority at three times the load', () => {
    const priorityOf: SimulatedServer['priorityOf'] = random => (random.even() < 0.1 ? 1 : 0);
    const server = { ...TEN_PLACES, seed, rateHz: () => 300, priorityOf };
    const { answered, arrived } = adaptive(server, { priorities: 2 });
    expect(answered[1]! / arrived[1]!).toBeGreaterThan(0.95);
    expect(answered[0]! / 120).toBeGreaterThan(60);
  });
});

test.each([1, 2])('an adaptive limit stays within 20 %% over six hours at twice the load (seed %d)', seed => {
  const serviceSecs: SimulatedServer['serviceSecs'] = random => random.exponential(1);
  const day = { ...TEN_PLACES, seed, secs: 6 * 3600, rateHz: () => 20, serviceSecs, deadlineSecs: 5 };
  const settled = adaptive(day).limits.slice(300);
  const mean = settled.reduce((sum, limit) => sum + limit, 0) / settled.length;
  expect(Math.min(...settled)).toBeGreaterThanOrEqual(0.8 * mean);
  expect(Math.max(...settled)).toBeLessThanOrEqual(1.2 * mean);
});

test('an adaptive limit does not change while less than it allows is under way', () => {
  const server = { ...TEN_PLACES, secs: 600, rateHz: (now: number) => (now < 60 ? 200 : 30) };
  const { limits } = adaptive(server);
  expect(new Set(limits.slice(62)).size).toBe(1);
});

test('a limit does not restrict a server that keeps up with its load', () => {
  const server = { ...TEN_PLACES, rateHz: () => 80 };
  const { goodput, arrived } = adaptive(server);
  expect(goodput / arrived[0]!).toBeGreaterThan(0.97);
});
