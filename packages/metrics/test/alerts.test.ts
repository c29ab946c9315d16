import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Program } from '@breaking/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prometheusProgram } from './prometheusProgram.js';

const RULES = fileURLToPath(new URL('../alerts.yml', import.meta.url));
const run = promisify(execFile);
let promtool: Program;

beforeAll(async () => {
  promtool = await prometheusProgram('promtool');
});

/** An alert that fires: its relevant labels, and its summary. */
type Firing = readonly [labels: Readonly<Record<string, string>>, summary: string];

interface Scenario {
  readonly alert: string;
  /** Values by series, in promtool's notation: a start, a step and a count, such as `0+1x10`. */
  readonly series: Readonly<Record<string, string>>;
  /** The time between two values. */
  readonly interval: string;
  /** The alerts that fire at each time. */
  readonly fires: Readonly<Record<string, readonly Firing[]>>;
}

/** Evaluates the rules on made-up series with promtool, which fails with the difference. */
async function expectAlerts({ alert, series, interval, fires }: Scenario): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'breaking-alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const severity = alert === 'BreakingLimitNeverRefuses' ? 'info' : 'warning';
  const file = join(folder, 'test.yml');
  const alerts = Object.entries(fires).map(([time, firing]) => ({
    eval_time: time,
    alertname: alert,
    exp_alerts: firing.map(([labels, summary]) => ({
      exp_labels: { severity, ...labels },
      exp_annotations: { summary, description: DESCRIPTIONS[alert] },
    })),
  }));
  const tests = [
    {
      interval,
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: alerts,
    },
  ];
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: interval, tests }));
  const { stdout } = await run(promtool.path, ['test', 'rules', file], { env: promtool.env });

  expect(stdout).toContain('SUCCESS');
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  BreakingStoreFails: 'onStoreError decides instead. By default each process counts by itself.',
  BreakingBreakerOpen: 'Calls are refused, and probes fail. The service behind it is probably down.',
  BreakingRefusesMuch: 'A client is out of control, or the limit is too tight.',
  BreakingLimitNeverRefuses:
    'It may be too high to protect anything, or may not be on the routes that it should protect.',
};

const api = { job: 'shop', name: 'api' };
const decisions = (result: string, source = 'store') =>
  `breaking_rate_limit_decisions_total{job="shop",name="api",result="${result}",source="${source}"}`;

describe('BreakingStoreFails', () => {
  const alert = 'BreakingStoreFails';
  const errors = 'breaking_store_errors_total{job="shop",name="api"}';

  test('fires while errors go on for longer than two minutes, and ends two minutes after the last', async () => {
    const firing: Firing = [api, 'The store of the rate limit api fails.'];
    const series = { [errors]: `0+3x24 72+0x40` };

    await expectAlerts({
      alert,
      series,
      interval: '15s',
      fires: { '1m': [], '4m': [firing], '6m': [firing], '9m': [] },
    });
  });

  test('does not fire for a single error', async () => {
    const series = { [errors]: '0x8 1x40' };

    await expectAlerts({ alert, series, interval: '15s', fires: { '3m': [], '5m': [], '10m': [] } });
  });
});

describe('BreakingBreakerOpen', () => {
  const alert = 'BreakingBreakerOpen';
  const open = (instance: string) =>
    `breaking_circuit_breaker_open{job="shop",instance="${instance}",name="pay"}`;
  const firing = (instance: string): Firing => [
    { job: 'shop', instance, name: 'pay' },
    'The circuit breaker pay has been open for more than a minute.',
  ];

  test('fires for the process whose breaker has been open for a minute, and ends when it closes', async () => {
    const series = { [open('a')]: '0x3 1x12 0x10', [open('b')]: '0x30' };

    await expectAlerts({
      alert,
      series,
      interval: '15s',
      fires: { '1m': [], '1m45s': [], '2m15s': [firing('a')], '5m': [] },
    });
  });

  test('does not fire if breakers of several processes were open in turn, none of them for a minute', async () => {
    const series = {
      [open('a')]: '1 1 1 0x20',
      [open('b')]: '0 0 0 1 1 1 0x20',
      [open('c')]: '0x5 1 1 1 0x20',
    };

    await expectAlerts({ alert, series, interval: '15s', fires: { '1m15s': [], '1m45s': [], '2m15s': [] } });
  });
});

describe('BreakingRefusesMuch', () => {
  const alert = 'BreakingRefusesMuch';

  test('fires when more than one request in a hundred is refused for ten minutes', async () => {
    const series = { [decisions('allowed')]: '0+97x60', [decisions('refused', 'denyCache')]: '0+3x60' };
    const firing: Firing = [api, 'The rate limit api refuses 3% of all requests.'];

    await expectAlerts({ alert, series, interval: '15s', fires: { '3m': [], '12m': [firing] } });
  });

  test('does not fire at one in a hundred, nor for refusals in shadow mode', async () => {
    const series = {
      [decisions('allowed')]: '0+49x60',
      [decisions('would_refuse')]: '0+50x60',
      [decisions('refused')]: '0+1x60',
    };

    await expectAlerts({ alert, series, interval: '15s', fires: { '12m': [] } });
  });
});

describe('BreakingLimitNeverRefuses', () => {
  const alert = 'BreakingLimitNeverRefuses';
  const firing: Firing = [api, 'The rate limit api has refused no request for a month.'];
  const month = (refused: Readonly<Record<string, string>>, fires: Scenario['fires']) =>
    expectAlerts({
      alert,
      series: { [decisions('allowed')]: '0+100x800', ...refused },
      interval: '1h',
      fires,
    });

  test('fires for a limit that has counted for a month without a refusal', async () => {
    await month({}, { '29d': [], '31d': [firing] });
  });

  test('fires when the last refusal was more than a month ago', async () => {
    await month({ [decisions('refused')]: '0+1x20 21x780' }, { '29d': [], '30d12h': [], '32d': [firing] });
  });

  test('does not fire when one request was refused in the month, even the first ever', async () => {
    await month({ [decisions('refused')]: '_x700 1x100' }, { '31d': [] });
  });

  test('does not fire when one request would have been refused', async () => {
    await month({ [decisions('would_refuse')]: '5x300 6x500' }, { '31d': [] });
  });
});
