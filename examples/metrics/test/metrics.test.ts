import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { FailoverBucketStore, MemoryBucketStore, MockClock, perMinute, RateLimiter } from '@breaking/core';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, PrometheusServer } from '../../../packages/metrics/test/prometheusServer.js';
import { close, listen } from '../../servers.js';
import { statuses } from '../../test/requests.js';
import { createService } from '../service.js';

const METRICS = fileURLToPath(new URL('../../../packages/metrics/', import.meta.url));
const clock = new MockClock();
const registry = new Registry();
let service: Server;
let url: string;
let prometheus: PrometheusServer;

beforeAll(async () => {
  service = createServer(createService({ registry, clock }));
  url = await listen(service);
  prometheus = await PrometheusServer.start(new URL(url).host, [`${METRICS}alerts.yml`]);
});

afterAll(async () => {
  await prometheus?.close();
  if (service !== undefined) close(service);
});

const ask = (path: string, times: number) => statuses(times, () => fetch(url + path));

/** The values of a query by one label, once they are as expected. */
async function byLabel(query: string, label: string, expected: Readonly<Record<string, number>>) {
  const values = async () =>
    Object.fromEntries((await prometheus.query(query)).map(each => [each.labels[label], each.value]));
  const asExpected = JSON.stringify(Object.entries(expected).sort());
  return eventually(values, got => JSON.stringify(Object.entries(got).sort()) === asExpected);
}

describe('Prometheus', () => {
  test('receives every decision of the service', async () => {
    const seen = [...(await ask('/search', 6)), ...(await ask('/pay?fail', 5)), ...(await ask('/', 25))];
    const count = (status: number) => seen.filter(each => each === status).length;
    expect([count(200), count(500), count(503), count(429)]).toEqual([26, 3, 2, 5]);

    const decided = { allowed: 20, refused: 5 };
    const ofApi = 'sum by (result) (breaking_rate_limit_decisions_total{name="api"})';
    expect(await byLabel(ofApi, 'result', decided)).toEqual(decided);

    const searched = { allowed: 5, would_refuse: 1 };
    const ofSearch = 'sum by (result) (breaking_rate_limit_decisions_total{name="search"})';
    expect(await byLabel(ofSearch, 'result', searched)).toEqual(searched);

    const calls = { failure: 3, refused: 2 };
    expect(await byLabel('breaking_circuit_breaker_calls_total', 'outcome', calls)).toEqual(calls);
    expect(await byLabel('breaking_circuit_breaker_open', 'name', { pay: 1 })).toEqual({ pay: 1 });
  });

  test('loads every alert rule, and can evaluate them', async () => {
    const healths = async () => (await prometheus.rules()).map(({ health }) => health);

    expect(await eventually(healths, all => all.every(health => health !== 'unknown'))).toEqual(
      Array(4).fill('ok'),
    );
    expect((await prometheus.rules()).map(({ name }) => name)).toEqual([
      'BreakingStoreFails',
      'BreakingBreakerOpen',
      'BreakingRefusesMuch',
      'BreakingLimitNeverRefuses',
    ]);
  });
});

describe('the Grafana dashboard', () => {
  const { panels, templating } = JSON.parse(readFileSync(`${METRICS}grafana.json`, 'utf8')) as Dashboard;
  const hear = (warning: Error) => expect(warning).toMatchObject({ code: 'BREAKING_STORE_FAILS' });
  afterAll(() => void process.off('warning', hear));
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

  beforeAll(async () => {
    // The process prints a warning about the failing store in it.
    process.on('warning', hear);
    // Prometheus computes no rate from the first value of a series, so everything happens twice.
    const before = await samples();
    for (let times = 1; times <= 2; times++) {
      clock.advanceBy(60);
      await everything();
      const expected = before + times;
      await eventually(samples, value => value >= expected);
    }
  });

  test('has a query in each panel', () => {
    expect(queries.length).toBeGreaterThanOrEqual(panels.filter(({ type }) => type !== 'row').length);
  });

  test.each(queries)('shows $title: $expr', async ({ expr }) => {
    const query = expr.replaceAll('$__rate_interval', '1h').replaceAll(/\$(job|name)\b/g, '.*');
    expect(query).not.toContain('$');
    const shown = await eventually(
      () => prometheus.query(query),
      found => found.some(({ value }) => value > 0),
    );

    expect(shown.filter(({ value }) => value > 0)).not.toEqual([]);
    expect(shown.filter(({ value }) => !(value >= 0))).toEqual([]);
  });

  test.each(templating.list.filter(({ type }) => type === 'query'))(
    'offers values for $name',
    async ({ definition = '' }) => {
      const [, match = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];

      expect(await prometheus.labelValues(label, match.replaceAll('$job', '.*'))).not.toEqual([]);
    },
  );
});

interface Dashboard {
  readonly panels: readonly {
    readonly type: string;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly type: string; readonly name: string; readonly definition?: string }[];
  };
}

/** How often everything has happened, according to Prometheus. */
async function samples(): Promise<number> {
  const [sample] = await prometheus.query('sum(breaking_concurrency_limit_decisions_total)');
  return sample?.value ?? 0;
}

/** Causes each kind of event at least once. */
async function everything(): Promise<void> {
  await ask('/search', 7);
  await ask('/pay', 1);
  await ask('/pay?fail', 5);
  await ask('/', 23);
  const gone = new MemoryBucketStore();
  gone.check = () => {
    throw new Error('gone');
  };
  const store = new FailoverBucketStore({ store: gone, name: 'stored' });
  new RateLimiter({ name: 'stored', limits: perMinute(1), store, clock }).check('ada');
  await ask('/report', 1);
}
