import type { ClientBursts } from '../frontier/clientBursts.js';
import type { Cover } from '../frontier/cover.js';
import type { FrontierPoint } from '../frontier/frontier.js';
import { type Suggestion, suggestionOf } from '../frontier/suggestion.js';
import { type RateSummary, summaryOf } from '../frontier/summary.js';

/** The result of an analysis of traffic. */
export interface PlanReport {
  readonly requests: number;
  /** The number of clients. */
  readonly keys: number;
  readonly frontier: readonly FrontierPoint[];
  /** A suggested policy; undefined if there are no requests, or every burst is above 1e12, the largest capacity. */
  readonly suggested: Suggestion | undefined;
  /** For each rate and cover, the share of requests by clients whom the burst never refuses. */
  readonly requestShares: readonly {
    readonly restoreRateHz: number;
    readonly shares: Readonly<Record<string, number>>;
  }[];
  /** The ten clients that need the largest bursts at the suggested rate. */
  readonly deciders: readonly { readonly key: string; readonly burst: number; readonly requests: number }[];
  /** Present only if there were more clients than are kept: how far the results are inexact. */
  readonly approximate?: {
    /** The number of clients that were forgotten. A client that came back counts again. */
    readonly forgotten: number;
    /** The most tokens by which a burst may be too high. */
    readonly excess: number;
  };
}

const DECIDERS = 10;

/** @param summaries of all rates, in order */
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
