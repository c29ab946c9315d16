import type { ListeningContender } from '../listeningContender.js';

export const contender: ListeningContender = {
  name: 'breaking, otel',
  role: 'ours',
  packages: ['@breaking/metrics', '@opentelemetry/api', '@opentelemetry/sdk-metrics'],
  async open() {
    const { observe } = await import('@breaking/metrics/otel');
    const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
    return () => observe({ meterProvider: new MeterProvider() });
  },
};
