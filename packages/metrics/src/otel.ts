import type { DecisionMessage } from '@breaking/core';
import { check } from '@breaking/core/internal';
import {
  type BatchObservableResult,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
  trace,
} from '@opentelemetry/api';
import { Counting, violationsOf } from './counting.js';
import type { Metric } from './metric.js';

export interface ObserveOptions {
  /** By default the one that is registered when `observe` is called. */
  readonly meterProvider?: MeterProvider | undefined;
}

/**
 * Counts Breaking's decisions for OpenTelemetry. The instruments are asynchronous: they are read when the SDK collects, and a
 * decision calls none of them. If a rate limit refuses a request, its active span, if any, gets the attributes
 * `breaking.rate_limit.name` and `breaking.rate_limit.violated` (the names of the limits that refused,
 * or `block` for a key that is blocked).
 *
 * Call it after the SDK has started: before that, OpenTelemetry has no meters, and does not add them later.
 *
 * ```ts
 * const stop = observe();
 * ```
 *
 * @returns a function that stops counting. The SDK may repeat the last values.
 * @throws TypeError for an unknown option, or a `meterProvider` that is not one
 */
export function observe(options: ObserveOptions = {}): () => void {
  check.knownOptions('observe', options, ['meterProvider']);
  const { meterProvider = metrics.getMeterProvider() } = options;
  const meter = check
    .asObjectWith('observe: meterProvider', meterProvider, ['getMeter'])
    .getMeter('@breaking/metrics');

  const counting = new Counting(markSpan);
  const observed = counting.metrics.map(metric => ({ metric, instrument: instrumentOf(meter, metric) }));
  const instruments = observed.map(({ instrument }) => instrument);
  const collect = (result: BatchObservableResult) => {
    for (const { metric, instrument } of observed) {
      for (const { value, labels } of metric.series) result.observe(instrument, value, labels);
    }
  };
  meter.addBatchObservableCallback(collect, instruments);
  counting.start();
  return () => {
    counting.stop();
    meter.removeBatchObservableCallback(collect, instruments);
  };
}

function instrumentOf(meter: Meter, { name, kind, unit, description }: Metric): Observable {
  const options = { unit, description };
  if (kind === 'counter') return meter.createObservableCounter(name, options);
  if (kind === 'gauge') return meter.createObservableGauge(name, options);
  return meter.createObservableUpDownCounter(name, options);
}

function markSpan({ name, decision }: DecisionMessage): void {
  trace.getActiveSpan()?.setAttributes({
    'breaking.rate_limit.name': name,
    'breaking.rate_limit.violated': violationsOf(decision),
  });
}
