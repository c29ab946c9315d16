import type { BucketPolicy } from '@breaking/core';
import { LARGEST_CAPACITY } from '@breaking/core/internal';
import { ClientBursts } from '../frontier/clientBursts.js';
import { policyCode } from '../frontier/code.js';
import { MAX_KEYS } from '../frontier/frontier.js';
import type { SizeClass } from '../frontier/sizes.js';
import type { Suggestion } from '../frontier/suggestion.js';
import { type RateSummary, summaryOf } from '../frontier/summary.js';
import type { Log, LogTally } from '../log/log.js';
import type { Timeline } from '../page/timeline.js';
import { ReplayedLimits } from '../replay/replayedLimits.js';
import { type PolicyReport, PolicyReporter } from '../report/policyReport.js';
import { type PlanReport, reportOf } from '../report/report.js';
import type { Request } from './arguments.js';
import type { Progress } from './progress.js';
import { unparsedText } from './text.js';

/** The results of the first pass over a log: everything except what a policy would have refused. */
export interface Found {
  readonly report: PlanReport & { readonly suggested: Suggestion };
  readonly summaries: readonly RateSummary[];
  readonly sizes: readonly SizeClass[];
  readonly tally: LogTally;
}

/**
 * The first pass. Its memory for each client is free again at its end, before the second pass.
 * @throws Error for a log that cannot be read, has no requests, or is mostly in an unknown format
 */
export async function found(log: Log, { rates, covers }: Request, progress: Progress): Promise<Found> {
  const bursts = new ClientBursts(rates, MAX_KEYS);
  const tally = await readWith(progress, onRead =>
    log.read(({ key, at, cost }) => bursts.add(key, at, cost), onRead),
  );
  const summaries = rates.map((_rate, i) => summaryOf(bursts, i, covers));
  const report = reportOf(bursts, covers, summaries);
  return { report: asPlanned(report, tally), summaries, sizes: bursts.sizes(), tally };
}

/** The second pass: what policies that are decided together would have refused, and when. */
export async function replayed(
  log: Log,
  policies: readonly BucketPolicy[],
  timeline: Timeline,
  progress: Progress,
): Promise<PolicyReport> {
  const named = policies.map(({ capacityMax, restoreRateHz }, i) => [
    `policy ${i + 1}`,
    { capacityMax, restoreRateHz },
  ]);
  const limits = new ReplayedLimits('--policy', Object.fromEntries(named), MAX_KEYS);
  const reporter = new PolicyReporter(policies.map(policyCode).join(' and '));
  await readWith(progress, onRead =>
    log.read(({ key, at, cost }) => {
      const waitSecs = limits.add(key, at, cost);
      timeline.add(at, waitSecs > 0);
      if (waitSecs > 0) reporter.refused(key, at, waitSecs);
    }, onRead),
  );
  return reporter.report(limits);
}

async function readWith<T>(
  progress: Progress,
  read: (onRead: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  try {
    return await read(bytes => progress.add(bytes));
  } finally {
    progress.clear();
  }
}

function asPlanned(report: PlanReport, tally: LogTally): Found['report'] {
  if (tally.unparsed > tally.lines / 2) {
    const formats = 'the common or combined format of Apache or nginx, the format of AWS ALB, or JSON lines';
    throw new Error(`${unparsedText(tally)}\nSupported are ${formats} (pino-http, Fastify, Caddy, Traefik).`);
  }
  const { suggested } = report;
  if (suggested !== undefined) return { ...report, suggested };
  if (report.requests > 0) {
    const most = LARGEST_CAPACITY.toLocaleString('en');
    throw new Error(
      `Every burst would be above ${most}, the most that a limit can have: try faster --rates.`,
    );
  }
  const why =
    tally.lines === 0 ? 'The log is empty' : 'No line of the log is a request that the options select';
  throw new Error(`${why}: there is nothing to plan with.`);
}
