import type { ClientBursts, Need } from './clientBursts.js';
import { type Cover, clientsCovered } from './cover.js';

/** What the clients need at one rate. */
export interface RateSummary {
  readonly restoreRateHz: number;
  /** For each cover, the smallest burst that refuses nothing to it. */
  readonly bursts: Readonly<Record<string, number>>;
  /** For each cover, the share of requests by clients whom its burst never refuses. */
  readonly shares: Readonly<Record<string, number>>;
  readonly steps: Steps;
}

/**
 * Bursts in ascending order, with the number of clients that each never refuses, and of their requests. If there are very
 * many bursts, some are omitted: for a burst in between, the result is then a few clients too low.
 */
export interface Steps {
  readonly bursts: readonly number[];
  readonly clients: readonly number[];
  readonly requests: readonly number[];
}

const MOST_STEPS = 1000;

/** The results for the i-th rate. */
export function summaryOf(all: ClientBursts, i: number, covers: readonly Cover[]): RateSummary {
  const steps = cumulated(all.needs(i));
  const byCover = <T>(value: (step: number) => T) =>
    Object.fromEntries(
      covers.map(cover => {
        const wanted = clientsCovered(cover, all.clients);
        return [cover.text, value(steps.clients.findIndex(clients => clients >= wanted))];
      }),
    );
  return {
    restoreRateHz: all.rates[i] as number,
    // Without clients there are no steps; the smallest bucket holds one token.
    bursts: byCover(step => steps.bursts[step] ?? 1),
    shares: byCover(step => (steps.requests[step] ?? 1) / Math.max(1, all.requests)),
    steps: thinned(steps),
  };
}

function cumulated(needs: readonly Need[]): Steps {
  const steps = { bursts: [] as number[], clients: [] as number[], requests: [] as number[] };
  let [clients, requests] = [0, 0];
  for (const need of needs) {
    clients += need.clients;
    requests += need.requests;
    steps.bursts.push(need.burst);
    steps.clients.push(clients);
    steps.requests.push(requests);
  }
  return steps;
}

function thinned({ bursts, clients, requests }: Steps): Steps {
  const every = Math.ceil(bursts.length / MOST_STEPS);
  const isKept = (_value: number, i: number) => i % every === 0 || i === bursts.length - 1;
  return {
    bursts: bursts.filter(isKept),
    clients: clients.filter(isKept),
    requests: requests.filter(isKept),
  };
}
