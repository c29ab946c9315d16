import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Clock, type DecisionMessage, MonotonicClock } from '@breaking/core';
import { check } from '@breaking/core/internal';
import { ClientBursts } from './frontier/clientBursts.js';
import { DEFAULT_COVER } from './frontier/cover.js';
import { asCovers, type FrontierOptions } from './frontier/frontier.js';
import { asRates, DEFAULT_RATES } from './frontier/rates.js';
import { type PlanReport, reportOf } from './report/report.js';

/** The options of {@link record}. */
export interface RecordOptions extends FrontierOptions {
  /** The name of the limiters whose decisions are recorded; `'default'` where they have none. */
  readonly name: string;
  /** Clients that are kept at most, about 200 bytes each; of more, those that owe least are forgotten. Default 100,000. */
  readonly maxKeys?: number | undefined;
  /** By default the process's monotonic clock. */
  readonly clock?: Clock | undefined;
}

/** Live traffic that is being recorded. */
export interface Recording {
  /** What the traffic until now says about limits: the report of a log, without a log. */
  report(): PlanReport;
  /** Stops listening. What was recorded can still be reported. */
  stop(): void;
}

const CHANNEL = 'breaking:rate_limit:decision';

/**
 * Records the requests that a limiter decides, on the channel `breaking:rate_limit:decision`. Let the limiter run in shadow
 * mode (`enforce: false`): clients that are refused behave differently. Only this process's requests are seen. A call with a
 * cost for each limit counts as one.
 *
 * @throws TypeError or RangeError for options that are wrong
 * @example
 * app.use(rateLimit({ name: 'api', ...perMinute(60), enforce: false }));
 * const recording = record({ name: 'api' });
 * // a day later
 * console.log(recording.report().suggested?.code);
 */
export function record(options: RecordOptions): Recording {
  check.knownOptions('record', options, ['name', 'rates', 'cover', 'maxKeys', 'clock']);
  const {
    rates = DEFAULT_RATES,
    cover = DEFAULT_COVER,
    maxKeys = 100_000,
    clock = new MonotonicClock(),
  } = options;
  const name = check.printableName('record: name', options.name);
  const covers = asCovers('record: cover', cover);
  const bursts = new ClientBursts(
    asRates('record: rates', rates),
    check.whole('record: maxKeys', maxKeys, 1),
  );
  check.asObjectWith('record: clock', clock, ['secondsSinceEpoch']);

  const onDecision = (message: unknown) => {
    const decided = message as DecisionMessage;
    if (decided.name !== name) return;
    const cost = typeof decided.cost === 'number' ? decided.cost : 1;
    bursts.add(decided.key, clock.secondsSinceEpoch(), cost);
  };
  subscribe(CHANNEL, onDecision);
  return {
    report: () => reportOf(bursts, covers),
    stop: () => void unsubscribe(CHANNEL, onDecision),
  };
}
