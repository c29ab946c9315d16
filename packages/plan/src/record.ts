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
  /** The name of the limiters whose decisions are recorded; `'default'` for limiters without a name. */
  readonly name: string;
  /**
   * The most clients that are kept, about 200 bytes each. Beyond that, those with the least debt are forgotten. Default
   * 100,000.
   */
  readonly maxKeys?: number | undefined;
  /** By default the monotonic clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A recording of live traffic. */
export interface Recording {
  /** The report on the traffic so far, as for a log. */
  report(): PlanReport;
  /** Stops recording. The report is still available. */
  stop(): void;
}

const CHANNEL = 'breaking:rate_limit:decision';

/**
 * Records the requests that a limiter decides, on the channel `breaking:rate_limit:decision`. Run the limiter in shadow mode
 * (`enforce: false`), since refused clients behave differently. It sees only requests of this process. A call with a cost for
 * each limit counts as one.
 *
 * @throws TypeError or RangeError for wrong options
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
