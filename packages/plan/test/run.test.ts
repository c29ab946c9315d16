import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rateText } from '../src/frontier/code.js';
import { LOG, plan, planned } from './command.js';

describe('the report of real traffic', () => {
  test('as JSON has the frontier, the suggestion and the refusals of a policy', async () => {
    const report = await planned([LOG, '--policy', 'perMinute(10, { burst: 25 })']);

    expect(report).toMatchObject({
      requests: 10_000,
      keys: 1753,
      log: { lines: 10_000, unparsed: 0, late: 0 },
    });
    expect(report.frontier).toHaveLength(12);
    expect(report.frontier[5]).toEqual({
      restoreRateHz: 10 / 60,
      bursts: { '95%': 4, '99%': 25, '100%': 99 },
    });
    expect(report.suggested).toEqual({
      capacityMax: 25,
      restoreRateHz: 10 / 60,
      cover: '99%',
      code: 'perMinute(10, { burst: 25 })',
    });
    expect(report.deciders[0]).toEqual({ key: '75.97.9.59', burst: 99, requests: 273 });
    expect(report.policy).toMatchObject({ code: 'perMinute(10, { burst: 25 })', refused: 323 });
    expect(report.policy.keys).toHaveLength(14);
    expect(report.policy.firstRefusals[0]).toEqual({
      at: '2015-05-17T13:05:55.000Z',
      key: '111.199.235.239',
      retryAfterSecs: expect.closeTo(6, 6),
    });
  });

  test('as text is what the README shows, with its caveats', async () => {
    const { code, stdout, stderr } = await plan([LOG, '--policy', 'perMinute(10, { burst: 25 })']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '10,000 requests of 1,753 clients, 2015-05-17 10:05:00 to 2015-05-20 21:05:59 UTC',
    );
    const [shown] = stdout.split('\n\nThe clients that need');
    expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(
      `\`\`\`text\n${shown}\n\`\`\``,
    );
    expect(stdout).toContain('Suggested: perMinute(10, { burst: 25 })');
    expect(stdout).toContain('would have refused 323 of 10,000 requests (3.2 %), of 14 of 1,753 clients');
    expect(stdout).toContain('2015-05-17T13:05:55.000Z  111.199.235.239, Retry-After 6 s');
    expect(stdout).toContain(
      'Apache logs when a request began, nginx and most others when its response ended',
    );
    expect(stdout).toContain('the true burst may differ by one second’s tokens');
    // Rates that repeat the row before are omitted, but at least eight stay, slow ones and fast ones.
    expect(stdout.match(/^\d+ an? \w+ /gm)).toEqual([
      ...[
        '1 a day ',
        '10 a day ',
        '1 an hour ',
        '10 an hour ',
        '1 a minute ',
        '10 a minute ',
        '30 a minute ',
      ],
      ...['1 a second ', '5 a second '],
    ]);
  });

  test('is computed for other rates and shares', async () => {
    const { frontier } = await planned([
      LOG,
      '--rates',
      '1/60,30/minute,10/m,5/h,0.5',
      '--cover',
      '0.5,99.9',
    ]);

    expect(frontier.map((each: { restoreRateHz: number }) => each.restoreRateHz)).toEqual([
      1 / 60,
      0.5,
      10 / 60,
      5 / 3600,
      0.5,
    ]);
    expect(Object.keys(frontier[0].bursts)).toEqual(['50%', '99.9%']);
  });
});

test('--help lists every option and the exit codes', async () => {
  const { code, stdout } = await plan(['--help']);

  expect(code).toBe(0);
  for (const option of ['key', 'cost', 'match', 'since', 'until', 'cover', 'rates', 'policy', 'json']) {
    expect(stdout).toContain(`--${option}`);
  }
  expect(stdout).toContain('Exit codes');
});

test('a terminal shows a bar while the command reads, and no bar at the end', async () => {
  const { stderr } = await plan([LOG], undefined, true);

  expect(stderr).toMatch(/Reading [█░]{30} +\d+ % of 0\.2 MB/);
  expect(stderr.endsWith('\r\x1b[K')).toBe(true);
  expect(existsSync(LOG)).toBe(true);
});

test.each([
  [1 / 86_400, '1 a day'],
  [10 / 3600, '10 an hour'],
  [1 / 60, '1 a minute'],
  [0.5, '30 a minute'],
  [1, '1 a second'],
  [1500, '1,500 a second'],
  [1 / 864_000, '0.1 a day'],
])('%d tokens a second are %s', (rate, text) => {
  expect(rateText(rate)).toBe(text);
});
