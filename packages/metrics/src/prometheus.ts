import { check } from '@breaking/core/internal';
import {
  Counter,
  Gauge,
  type OpenMetricsContentType,
  type PrometheusContentType,
  type Registry,
} from 'prom-client';
import { Counting } from './counting.js';
import type { Metric } from './metric.js';

/** A registry of either format. */
type AnyRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

/**
 * Counts Breaking's decisions, and adds the metrics to a registry of prom-client. They are read when Prometheus scrapes; a
 * decision calls none of them.
 *
 * ```ts
 * import { register } from 'prom-client';
 *
 * const stop = collectInto(register);
 * ```
 *
 * @returns a function that stops counting and removes the metrics from the registry
 * @throws TypeError if it is not a registry; Error if it already has a metric with one of the names, and then nothing was
 *   added
 */
export function collectInto(registry: AnyRegistry): () => void {
  check.asObjectWith('collectInto: registry', registry, ['registerMetric', 'removeSingleMetric']);
  const counting = new Counting();
  const added = new Map<string, Counter | Gauge>();
  const stop = () => {
    counting.stop();
    for (const [name, metric] of added) {
      // A metric that was registered in its place is not ours.
      if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
    }
  };
  try {
    for (const metric of counting.metrics) {
      const name = prometheusName(metric);
      added.set(name, collected(metric, name, registry));
    }
  } catch (error) {
    stop();
    throw error;
  }
  counting.start();
  return stop;
}

function prometheusName({ name, kind }: Metric): string {
  return `${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}`;
}

/** A metric of prom-client that takes its values from ours when it is read. */
function collected(metric: Metric, name: string, registry: AnyRegistry): Counter | Gauge {
  const { description: help, labelNames, kind } = metric;
  const made = new (kind === 'counter' ? Counter : Gauge)({ name, help, labelNames, registers: [registry] });
  const get = made.get.bind(made);
  made.get = async () => ({ ...(await get()), values: valuesOf(metric) });
  return made;
}

/** Copies, since a registry adds its default labels to these objects. */
function valuesOf({ series }: Metric) {
  return series.map(({ value, labels }) => ({ value, labels: { ...labels } }));
}
