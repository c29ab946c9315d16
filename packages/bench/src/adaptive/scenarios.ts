import type { SimulatedServer } from '@breaking/testkit/simulation';

/** Ten places, an exponential service time of 0.1 s, and twice the load that it can serve. */
const TEN_PLACES: SimulatedServer = {
  secs: 600,
  places: () => 10,
  rateHz: () => 200,
  serviceSecs: random => random.exponential(0.1),
  deadlineSecs: 0.5,
};

const changing = (now: number) => (now < 120 ? 10 : now < 240 ? 5 : 20);

const inTheMiddle = (now: number) => now >= 240 && now < 300;

/** Servers for which a limit has to be found, all at twice their load. */
export const SCENARIOS: Readonly<Record<string, SimulatedServer>> = {
  '10, 5, 20 places': { ...TEN_PLACES, secs: 360, places: changing, rateHz: now => changing(now) * 20 },
  'one call in ten 20 times slower': {
    ...TEN_PLACES,
    rateHz: () => 138,
    serviceSecs: random => random.exponential(random.even() < 0.9 ? 0.05 : 1),
    deadlineSecs: 2,
  },
  'calls of 5 s': {
    ...TEN_PLACES,
    secs: 2400,
    rateHz: () => 4,
    serviceSecs: random => 4 + 2 * random.even(),
    deadlineSecs: 15,
  },
  'clients leave after 0.3 s': { ...TEN_PLACES, deadlineSecs: 0.3, clientsLeave: true },
  'all fail for a minute': { ...TEN_PLACES, isFailing: inTheMiddle },
  'four times slower for a minute': {
    ...TEN_PLACES,
    serviceSecs: (random, now) => random.exponential(inTheMiddle(now) ? 0.4 : 0.1),
    deadlineSecs: 1,
  },
  'one call in a hundred hangs': { ...TEN_PLACES, hangingShare: 0.01 },
  'six hours': {
    ...TEN_PLACES,
    secs: 6 * 3600,
    rateHz: () => 20,
    serviceSecs: random => random.exponential(1),
    deadlineSecs: 5,
  },
};

/** The limits among which the best fixed one is found. */
export const FIXED = [8, 10, 12, 15, 20, 30, 60, 80, 100];
