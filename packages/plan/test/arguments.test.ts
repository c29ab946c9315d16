import { describe, expect, test } from 'vitest';
import { type Line, log, plan, planned } from './command.js';

describe('a wrong call', () => {
  test.each([
    [[], 'name a log file, or - for the standard input'],
    [['--rate', '1'], "Unknown option '--rate'"],
    [['x', '--key', 'name'], '--key name: it must be ip, user, header:NAME or field:PATH'],
    [['x', '--key', 'header:'], '--key header:: it must be'],
    [['x', '--cost', '1'], '--cost 1: it must be bytes or field:PATH'],
    [['x', '--match', 'POST login'], "--match POST login: it must look like 'POST /login'"],
    [['x', '--since', 'then'], '--since then: it must be a time'],
    [['x', '--until', 'day 1'], '--until day 1: it must be a time'],
    [['x', '--cover', '0%'], '--cover 0%: it must be > 0% and at most 100%'],
    [['x', '--rates', '1/week'], '--rates 1/week: it must be a rate'],
    [['x', '--rates', '1/sin'], '--rates 1/sin: it must be a rate'],
    [['x', '--rates', '0'], '--rates 0: it must be a rate'],
    [
      ['x', '--policy', 'perMinute(10); process.exit()'],
      '--policy perMinute(10); process.exit(): it must be perSecond, perMinute',
    ],
    [['x', '--policy', 'perMinute(0)'], '--policy perMinute(0): perMinute: n must be > 0, got 0'],
    [['x', '--html', ''], '--html: it must be the name of a file'],
    [['x', '--html', './x'], '--html ./x: this is the log; name another file'],
    [['x', '--policy', 'capacityMax=3'], '--policy capacityMax=3: it must be'],
    [['x', '--policy', 'capacityMax=3,capacityMax=4'], '--policy capacityMax=3,capacityMax=4: it must be'],
    [['x', '--policy', 'restoreRateHz=1/60,capacityMax=3'], 'capacityMax=3: "1/60" is not a number'],
    [['x', '--policy', 'restoreRateHz=0,capacityMax=3'], 'capacityMax=3: restoreRateHz must be > 0, got 0'],
  ])('%j says what is wrong, with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await plan(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Run npx @breaking/plan --help for the options.');
  });

  test.each([
    ['perSecond(5)', 5, 5],
    ['perMinute(1_000, { burst: 20 })', 1000 / 60, 20],
    ['perHour( 0.5 , {burst:3,} )', 0.5 / 3600, 3],
    ['perDay(1e3)', 1000 / 86_400, 1000],
    ['restoreRateHz=0.25,capacityMax=9', 0.25, 9],
    ['capacityMax=9, restoreRateHz=2', 2, 9],
    ['{ capacityMax: 9, restoreRateHz: 0.3 }', 0.3, 9],
  ])('the policy %s is parsed, not evaluated', async (text, restoreRateHz, capacityMax) => {
    const events = Array.from({ length: capacityMax + 2 }, (): Line => [0, '192.0.2.1']);
    const { policy } = await planned(['--policy', text], log(...events));

    expect(policy.refused).toBe(2);
    expect(policy.firstRefusals[0].retryAfterSecs).toBeCloseTo(1 / restoreRateHz, 6);
  });
});
