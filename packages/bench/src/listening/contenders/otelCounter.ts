import { heard, resultOf } from '../heard.js';
import type { ListeningContender } from '../listeningContender.js';

/** A synchronous counter of OpenTelemetry, called with each decision. */
export const contender: ListeningContender = {
  name: 'otel counter',
  role: 'peer',
  packages: ['@opentelemetry/sdk-metrics'],
  async open() {
    const { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } =
      await import('@opentelemetry/sdk-metrics');
    return () => {
      const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
      const meterProvider = new MeterProvider({ readers: [reader] });
      const counter = meterProvider.getMeter('bench').createCounter('decisions');
      const stop = heard(message =>
        counter.add(1, { name: message.name, result: resultOf(message), source: message.source }),
      );
      return () => {
        stop();
        void meterProvider.shutdown();
      };
    };
  },
};
