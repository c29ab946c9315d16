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
 * Counts what Breaking decides, and adds the metrics to a registry of prom-client. They are read when Prometheus scrapes;
 * a decision touches none of them.
 *
 * ```ts
 * import { register } from 'prom-client';
 *
 * const stop = collectInto(register);
 * ```
 *
 * @returns what ends it, and takes the metrics out of the registry
 * @throws TypeError for what is no registry; Error if it has a metric of one of the names already, and nothing was added
 */
export function collectInto(registry: AnyRegistry): () => void {
  check.asObjectWith('collectInto: registry', registry, ['registerMetric', 'removeSingleMetric']);
  const counting = new Counting();
  const added = new Map<string, Counter | Gauge>();
  const stop = () => {
    counting.stop();
    for (const [name, metric] of added) {
      // What came into its place is not ours.
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

/** A metric of prom-client's whose values are those of ours at the time that it is read. */
function collected(metric: Metric, name: string, registry: AnyRegistry): Counter | Gauge {
  const { description: help, labelNames, kind } = metric;
  const made = new (kind === 'counter' ? Counter : Gauge)({ name, help, labelNames, registers: [registry] });
  const get = made.get.bind(made);
  made.get = async () => ({ ...(await get()), values: valuesOf(metric) });
  return made;
}

/** Copies, since a registry adds its default labels to what it is given. */
function valuesOf({ series }: Metric) {
  return series.map(({ value, labels }) => ({ value, labels: { ...labels } }));
}
