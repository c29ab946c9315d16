import { channel } from 'node:diagnostics_channel';
import { CircuitBreaker, ConcurrencyLimiter, MockClock, perMinute, RateLimiter } from '@breaking/core';
import { observe } from '@breaking/metrics/otel';
import { context, metrics as globalMetrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CHANNELS, sum } from './collected.js';
import { OtlpReceiver } from './otlpReceiver.js';

const clock = new MockClock();

/** An SDK that exports to a receiver in this process, on demand. */
async function exporting() {
  const receiver = await OtlpReceiver.start();
  onTestFinished(() => receiver.close());
  const exporter = new OTLPMetricExporter({ url: receiver.url });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => meterProvider.shutdown());
  return { receiver, meterProvider, exportNow: () => meterProvider.forceFlush() };
}

describe('the data that the SDK sends over OTLP', () => {
  test('has every decision, by name, result and source', async () => {
    const { receiver, meterProvider, exportNow } = await exporting();
    onTestFinished(observe({ meterProvider }));
    const limiter = new RateLimiter({ name: 'api', limits: perMinute(2), clock });
    for (let i = 0; i < 5; i++) limiter.check('ada');
    await exportNow();

    expect(receiver.values('breaking.rate_limit.decisions')).toEqual({
      'name=api,result=allowed,source=store': 2,
      'name=api,result=refused,source=store': 3,
    });
    expect(receiver.values('breaking.rate_limit.violations')).toEqual({ 'name=api,limit=api': 3 });
  });

  test('has sums for counters, and units in braces', async () => {
    const { receiver, meterProvider, exportNow } = await exporting();
    onTestFinished(observe({ meterProvider }));
    new RateLimiter({ limits: perMinute(2), clock }).check('ada');
    new CircuitBreaker({ name: 'pay', errorThreshold: 1, timeWindowSecs: 60, clock }).trip();
    new ConcurrencyLimiter({ name: 'db', limit: 9, clock }).tryAcquire();
    await exportNow();

    expect(receiver.metric('breaking.rate_limit.decisions')).toMatchObject({
      unit: '{decision}',
      sum: { isMonotonic: true },
    });
    expect(receiver.metric('breaking.circuit_breaker.transitions')).toMatchObject({
      unit: '{transition}',
      sum: { isMonotonic: true },
    });
    expect(receiver.metric('breaking.circuit_breaker.open')).toMatchObject({
      unit: '{breaker}',
      sum: { isMonotonic: false },
    });
    expect(receiver.metric('breaking.concurrency_limit.in_flight').sum).toMatchObject({ isMonotonic: false });
    expect(receiver.metric('breaking.concurrency_limit.limit').gauge).toBeDefined();
    expect(receiver.values('breaking.concurrency_limit.limit')).toEqual({ 'name=db': 9 });
  });

  test('stays within 1,000 series, none of them the overflow of the SDK', async () => {
    const { receiver, meterProvider, exportNow } = await exporting();
    onTestFinished(observe({ meterProvider }));
    for (let i = 0; i < 5000; i++)
      new RateLimiter({ name: `name-${i}`, limits: perMinute(1), clock }).check('ada');
    await exportNow();

    const values = receiver.values('breaking.rate_limit.decisions');
    expect(Object.keys(values).length).toBe(989);
    expect(values['name=other,result=allowed,source=store']).toBe(4012);
    expect(sum(values)).toBe(5000);
  });

  test('does not grow after stop, when nothing listens', async () => {
    const { receiver, meterProvider, exportNow } = await exporting();
    const stop = observe({ meterProvider });
    const limiter = new RateLimiter({ name: 'api', limits: perMinute(9), clock });
    limiter.check('ada');
    await exportNow();
    stop();
    stop();
    limiter.check('ada');
    await exportNow();

    expect(CHANNELS.filter(name => channel(name).hasSubscribers)).toEqual([]);
    const sent = receiver.names.length === 0 ? {} : receiver.values('breaking.rate_limit.decisions');
    expect(sum(sent)).toBeLessThanOrEqual(1);
  });
});

test('without a meterProvider, the registered one is used', async () => {
  const { receiver, meterProvider, exportNow } = await exporting();
  globalMetrics.setGlobalMeterProvider(meterProvider);
  onTestFinished(() => globalMetrics.disable());
  onTestFinished(observe());
  new RateLimiter({ name: 'api', limits: perMinute(2), clock }).check('ada');
  await exportNow();

  expect(sum(receiver.values('breaking.rate_limit.decisions'))).toBe(1);
});

test('without an SDK nothing happens', () => {
  onTestFinished(observe());

  expect(new RateLimiter({ limits: perMinute(1), clock }).check('ada', 2).allowed).toBe(false);
});

test.each([
  [{ meterprovider: 1 }, 'observe: unknown option "meterprovider", known options: meterProvider'],
  [{ meterProvider: 1 }, 'observe: meterProvider must be an object with a method getMeter, got 1'],
])('wrong options are a TypeError: %j', (options, message) => {
  expect(() => observe(options as never)).toThrow(new TypeError(message));
  expect(CHANNELS.filter(name => channel(name).hasSubscribers)).toEqual([]);
});

describe('the active span', () => {
  const limits = { burst: perMinute(1), hourly: perMinute(9) };

  /** The attributes of a span in which `work` ran. */
  async function attributesAfter(work: () => unknown) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    onTestFinished(() => context.disable());
    const exporter = new InMemorySpanExporter();
    const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    onTestFinished(observe());
    await tracer.getTracer('test').startActiveSpan('request', async span => {
      await work();
      span.end();
    });
    return exporter.getFinishedSpans()[0]?.attributes;
  }

  test('of a refused request contain the limit that refused it', async () => {
    const limiter = new RateLimiter({ name: 'api', limits, clock });

    expect(await attributesAfter(() => [limiter.check('ada'), limiter.check('ada')])).toEqual({
      'breaking.rate_limit.name': 'api',
      'breaking.rate_limit.violated': ['burst'],
    });
  });

  test('of a request that a block refused contain the limit `block`', async () => {
    const limiter = new RateLimiter({ name: 'login', limits, clock });
    limiter.block('ada', 60);

    expect(await attributesAfter(() => limiter.check('ada'))).toEqual({
      'breaking.rate_limit.name': 'login',
      'breaking.rate_limit.violated': ['block'],
    });
  });

  test('contain it even if the store answers later', async () => {
    const memory = new RateLimiter({ name: 'api', limits, clock });
    const store = {
      check: async (key: string) => memory.check(key),
      peek: async (key: string) => memory.peek(key),
      refund: async () => {},
      reset: async () => {},
    };
    const limiter = new RateLimiter({ name: 'api', limits, store, clock });

    expect(
      await attributesAfter(async () => [await limiter.check('ada'), await limiter.check('ada')]),
    ).toMatchObject({ 'breaking.rate_limit.name': 'api' });
  });

  test('of an allowed request has no such attribute', async () => {
    const limiter = new RateLimiter({ name: 'api', limits, clock });

    expect(await attributesAfter(() => limiter.check('ada'))).toEqual({});
  });

  test('of a request that would have been refused has no such attribute', async () => {
    const limiter = new RateLimiter({ name: 'api', limits, clock, enforce: false });

    expect(await attributesAfter(() => [limiter.check('ada'), limiter.check('ada')])).toEqual({});
  });

  test('is not looked up without a tracer', () => {
    expect(trace.getActiveSpan()).toBeUndefined();
    onTestFinished(observe());

    expect(new RateLimiter({ limits, clock }).check('ada', 2).allowed).toBe(false);
  });
});
