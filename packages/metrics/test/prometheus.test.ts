import { channel } from 'node:diagnostics_channel';
import { MockClock, perMinute, RateLimiter } from '@breaking/core';
import { collectInto } from '@breaking/metrics/prometheus';
import { Counter, Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { CHANNELS, collected } from './collected.js';

const check = () =>
  new RateLimiter({ name: 'api', limits: perMinute(1), clock: new MockClock() }).check('ada');

test('metrics have the names, the types and the help of the page', async () => {
  const { registry } = collected();
  const types = (await registry.getMetricsAsJSON()).map(({ name, type }) => `${type} ${name}`);

  expect(types).toEqual([
    'counter breaking_rate_limit_decisions_total',
    'counter breaking_rate_limit_violations_total',
    'counter breaking_circuit_breaker_calls_total',
    'counter breaking_circuit_breaker_transitions_total',
    'gauge breaking_circuit_breaker_open',
    'counter breaking_concurrency_limit_decisions_total',
    'gauge breaking_concurrency_limit_in_flight',
    'gauge breaking_concurrency_limit_limit',
    'counter breaking_store_errors_total',
  ]);
});

test('an OpenMetrics registry names the family without _total, and the series with it', async () => {
  const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  onTestFinished(collectInto(registry));
  check();

  const text = await registry.metrics();
  expect(text).toContain('# TYPE breaking_rate_limit_decisions counter');
  expect(text).toContain(
    '\nbreaking_rate_limit_decisions_total{name="api",result="allowed",source="store"} 1\n',
  );
});

test("the registry's default labels are added at every scrape, and do not affect the counts", async () => {
  const { registry } = collected();
  registry.setDefaultLabels({ app: 'shop' });
  check();
  await registry.getMetricsAsJSON();
  registry.setDefaultLabels({});

  expect(await registry.metrics()).toContain(
    'breaking_rate_limit_decisions_total{name="api",result="allowed",source="store"} 1',
  );
});

test('stopping removes the metrics from the registry, so that counting can start again', async () => {
  const { registry, stop } = collected();
  check();
  stop();
  expect(await registry.getMetricsAsJSON()).toEqual([]);

  onTestFinished(collectInto(registry));
  check();
  expect(await registry.metrics()).toContain('source="store"} 1');
});

test('a registry with a metric of the same name gets no metrics, and nothing listens', async () => {
  const registry = new Registry();
  const own = new Counter({ name: 'breaking_store_errors_total', help: 'own', registers: [registry] });

  expect(() => collectInto(registry)).toThrow(/breaking_store_errors_total has already been registered/);
  expect(registry.getMetricsAsArray()).toEqual([own]);
  expect(CHANNELS.filter(name => channel(name).hasSubscribers)).toEqual([]);
});

test('anything but a registry is a TypeError', () => {
  expect(() => collectInto(undefined as never)).toThrow(
    new TypeError('collectInto: registry must be an object with a method registerMetric, got undefined'),
  );
});
