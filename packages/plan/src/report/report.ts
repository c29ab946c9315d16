import type { ClientBursts } from '../frontier/clientBursts.js';
import type { Cover } from '../frontier/cover.js';
import type { FrontierPoint } from '../frontier/frontier.js';
import { type Suggestion, suggestionOf } from '../frontier/suggestion.js';
import { type RateSummary, summaryOf } from '../frontier/summary.js';

/** What the traffic says about limits. */
export interface PlanReport {
  readonly requests: number;
  /** How many clients there were. */
  readonly keys: number;
  readonly frontier: readonly FrontierPoint[];
  /** A policy to begin with; none without requests, or where every burst is above the 1e12 that a limit can have. */
  readonly suggested: Suggestion | undefined;
  /** For each rate, the share of the requests that the clients made which each cover's burst never refuses. */
  readonly requestShares: readonly {
    readonly restoreRateHz: number;
    readonly shares: Readonly<Record<string, number>>;
  }[];
  /** The ten clients that need the largest bursts at the suggested rate. */
  readonly deciders: readonly { readonly key: string; readonly burst: number; readonly requests: number }[];
  /** Only where there were more clients than are kept: what is not exact. */
  readonly approximate?: {
    /** Clients that were forgotten; one that came back counts as another. */
    readonly forgotten: number;
    /** Tokens by which a burst is too high at most. */
    readonly excess: number;
  };
}

const DECIDERS = 10;

/** @param summaries of all rates, in their order */
export function reportOf(
  bursts: ClientBursts,
  covers: readonly Cover[],
  summaries: readonly RateSummary[] = bursts.rates.map((_rate, i) => summaryOf(bursts, i, covers)),
): PlanReport {
  const points = summaries.map(({ restoreRateHz, bursts }) => ({ restoreRateHz, bursts }));
  const suggested = bursts.clients === 0 ? undefined : suggestionOf(points, covers);
  const rate = bursts.rates.indexOf(suggested?.restoreRateHz ?? Number.NaN);
  const { requests, clients, forgotten, excess } = bursts;
  return {
    requests,
    keys: clients,
    frontier: points,
    suggested,
    requestShares: summaries.map(({ restoreRateHz, shares }) => ({ restoreRateHz, shares })),
    deciders: suggested === undefined ? [] : bursts.largest(rate, DECIDERS),
    ...(forgotten > 0 && { approximate: { forgotten, excess } }),
  };
}
