import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ConcurrencyMessage, DecisionMessage } from '@breaking/core';
import { observe } from '@breaking/metrics/otel';
import { collectInto } from '@breaking/metrics/prometheus';
import { circuitBreakerContract, concurrencyLimitContract, rateLimitContract } from '@breaking/testkit';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import { afterAll, expect } from 'vitest';
import { nodeHttpUnderTest } from '../../http/test/nodeHttpUnderTest.js';
import { OtlpReceiver } from './otlpReceiver.js';

// The contract suites of adapters, counted three times: for Prometheus, for OpenTelemetry, and message by message. At
// the end, all sums must be equal.
const registry = new Registry();
const receiver = await OtlpReceiver.start();
const exporter = new OTLPMetricExporter({ url: receiver.url });
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
const meterProvider = new MeterProvider({ readers: [reader] });
const stops = [collectInto(registry), observe({ meterProvider })];
const told: Record<string, number> = {};
const tell = (line: string) => {
  told[line] = (told[line] ?? 0) + 1;
};
const label = (text: string) => JSON.stringify(text);
const listen = (name: string, hear: ChannelListener) => {
  subscribe(name, hear);
  afterAll(() => void unsubscribe(name, hear));
};

listen('breaking:rate_limit:decision', message => {
  const { name, decision, enforced, source } = message as DecisionMessage;
  const result = decision.allowed ? 'allowed' : enforced ? 'refused' : 'would_refuse';
  tell(`rate_limit_decisions_total{name=${label(name)},result="${result}",source="${source}"}`);
  for (const limit of decision.blocked ? ['block'] : decision.violated) {
    tell(`rate_limit_violations_total{name=${label(name)},limit=${label(limit)}}`);
  }
});
listen('breaking:circuit_breaker:call', message => {
  const { name, outcome } = message as { name: string; outcome: string };
  tell(`circuit_breaker_calls_total{name=${label(name)},outcome="${outcome}"}`);
});
listen('breaking:circuit_breaker:transition', message => {
  const { name, to, reason } = message as { name: string; to: string; reason: string };
  tell(`circuit_breaker_transitions_total{name=${label(name)},to="${to}",reason="${reason}"}`);
});
listen('breaking:concurrency_limit:decision', message => {
  const { name, allowed } = message as ConcurrencyMessage;
  tell(`concurrency_limit_decisions_total{name=${label(name)},result="${allowed ? 'allowed' : 'refused'}"}`);
});
listen('breaking:store:error', message => {
  tell(`store_errors_total{name=${label((message as { name: string }).name)}}`);
});

rateLimitContract(nodeHttpUnderTest);
circuitBreakerContract(nodeHttpUnderTest);
concurrencyLimitContract(nodeHttpUnderTest);

afterAll(async () => {
  const scraped = await scrapedSums();
  await meterProvider.shutdown();
  for (const stop of stops) stop();
  receiver.close();

  expect(Object.keys(told).length).toBeGreaterThan(20);
  expect(scraped).toEqual(told);
  expect(exportedSums()).toEqual(told);
});

async function scrapedSums(): Promise<Readonly<Record<string, number>>> {
  const lines = (await registry.metrics()).matchAll(/^breaking_(\w+_total\{.*\}) (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, series, value]) => [series, Number(value)]));
}

/** What the receiver received, in the notation of Prometheus. */
function exportedSums(): Readonly<Record<string, number>> {
  const counters = receiver.metrics.filter(({ sum }) => sum?.isMonotonic);
  return Object.fromEntries(
    counters.flatMap(({ name, sum }) => {
      const metric = `${name.replace('breaking.', '').replaceAll('.', '_')}_total`;
      return (sum?.dataPoints ?? []).map(({ attributes, asInt, asDouble }) => {
        const labels = attributes.map(({ key, value }) => `${key}=${label(value.stringValue ?? '')}`);
        return [`${metric}{${labels}}`, Number(asInt ?? asDouble)];
      });
    }),
  );
}
