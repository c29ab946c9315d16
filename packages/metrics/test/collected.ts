import { collectInto } from '@breaking/metrics/prometheus';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';

export const CHANNELS = [
  'breaking:rate_limit:decision',
  'breaking:circuit_breaker:call',
  'breaking:circuit_breaker:transition',
  'breaking:concurrency_limit:decision',
  'breaking:store:error',
] as const;

/** What is counted until the end of the test: lines as Prometheus scrapes them, without `breaking_`, by metric. */
export function collected() {
  const registry = new Registry();
  const stop = collectInto(registry);
  onTestFinished(stop);
  return {
    registry,
    stop,
    /** The series of a metric with their values: `name="api",result="allowed"`. */
    async of(metric: string): Promise<Readonly<Record<string, number>>> {
      const lines = (await registry.getSingleMetricAsString(`breaking_${metric}`)).split('\n');
      return Object.fromEntries(
        lines
          .filter(line => !line.startsWith('#'))
          .map(line => {
            const [, labels = '', value] = /^\w+\{(.*)\} (\S+)$/.exec(line) ?? [];
            return [labels, Number(value)];
          }),
      );
    },
  };
}

export function sum(series: Readonly<Record<string, number>>): number {
  return Object.values(series).reduce((total, value) => total + value, 0);
}
