import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../src/cli/run.js';
import { rateText } from '../src/frontier/code.js';

const LOG = new URL('../../../examples/replay/data/apache-access.log.gz', import.meta.url).pathname;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with what is piped into it, if anything is. */
async function plan(args: readonly string[], piped?: string | Buffer, isTTY = false): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const stdin = Object.assign(Readable.from(piped === undefined ? [] : [Buffer.from(piped)]), {
    isTTY: piped === undefined,
  });
  const code = await run(args, {
    stdin,
    stdout: { write: (text: string) => out.push(text) },
    stderr: { isTTY, write: (text: string) => err.push(text) } as never,
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

async function planned(args: readonly string[], piped?: string | Buffer) {
  const { code, stdout, stderr } = await plan([...args, '--json'], piped);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

function fileOf(content: string | Buffer, name = 'access.log'): string {
  const folder = mkdtempSync(join(tmpdir(), 'plan-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** Lines of a combined log: [seconds, address, and what else differs]. */
type Line = readonly [
  at: number,
  address: string,
  request?: string | undefined,
  user?: string,
  bytes?: number,
];
const line = ([at, address, request = 'GET / HTTP/1.1', user = '-', bytes = 100]: Line) =>
  `${address} - ${user} [17/May/2026:10:${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')} +0000] "${request}" 200 ${bytes} "-" "agent of ${user}"\n`;
const log = (...lines: readonly Line[]) => lines.map(line).join('');

const TWO_CLIENTS = log(
  [0, '192.0.2.1'],
  [0, '192.0.2.1'],
  [1, '192.0.2.2'],
  [30, '192.0.2.1'],
  [60, '192.0.2.2'],
);

describe('the report of real traffic', () => {
  test('as JSON has the frontier, the suggestion and what a policy would refuse', async () => {
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

  test('as text is what the README shows, with what has to be known to trust it', async () => {
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
      'Apache logs when a request began, nginx and most others when its answer had ended',
    );
    expect(stdout).toContain('the true burst may differ by one second’s tokens');
    // Rates that say nothing new are left out, but at least eight stay, slow ones and fast ones.
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

  test('at other rates and shares is computed for these', async () => {
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

describe('what is read', () => {
  test('is a file, several in order of time, packed or not, or the standard input', async () => {
    const [older, newer] = [
      log([0, '192.0.2.1'], [0, '192.0.2.1'], [1, '192.0.2.2']),
      log([30, '192.0.2.1'], [60, '192.0.2.2']),
    ];
    const files = [fileOf(newer), fileOf(gzipSync(older), 'access.log.1.gz')];
    const { frontier, requests, keys } = await planned([fileOf(TWO_CLIENTS)]);

    expect({ requests, keys }).toEqual({ requests: 5, keys: 2 });
    expect((await planned(files)).frontier).toEqual(frontier);
    expect((await planned(['-'], TWO_CLIENTS)).frontier).toEqual(frontier);
    expect((await planned([], gzipSync(TWO_CLIENTS))).frontier).toEqual(frontier);
    expect((await planned(['-', files[0]!], older)).frontier).toEqual(frontier);
  });

  test('from the standard input is read again for a policy, and leaves no file behind', async () => {
    const spooled = () => readdirSync(tmpdir()).filter(name => name.startsWith('breaking-plan-'));
    const before = spooled();
    const { policy } = await planned(['-', '--policy', 'perMinute(1)'], TWO_CLIENTS);

    expect(policy).toMatchObject({ refused: 3, keys: ['192.0.2.1', '192.0.2.2'] });
    expect(spooled().filter(name => !before.includes(name))).toEqual([]);
  });

  test('may be a pipe, which is read once, for a policy too', async () => {
    const pipe = join(mkdtempSync(join(tmpdir(), 'plan-test-')), 'pipe');
    onTestFinished(() => rmSync(pipe));
    execFileSync('mkfifo', [pipe]);
    const written = writeFile(pipe, TWO_CLIENTS);
    const { requests, policy } = await planned([pipe, '--policy', 'perMinute(1)']);
    await written;

    expect({ requests, refused: policy.refused }).toEqual({ requests: 5, refused: 3 });
  });

  test('may have empty lines and end lines as Windows does', async () => {
    const { requests, log } = await planned([], `${TWO_CLIENTS}\n`.replaceAll('\n', '\r\n'));

    expect({ requests, lines: log.lines, unparsed: log.unparsed }).toEqual({
      requests: 5,
      lines: 5,
      unparsed: 0,
    });
  });

  test('may be out of order: it is sorted, and what comes too late is told', async () => {
    const lines = Array.from({ length: 9000 }, (_, i): Line => [Math.floor(i / 3), '192.0.2.1']);
    const swapped = [
      ...lines.slice(0, 100),
      ...lines.slice(200, 300),
      ...lines.slice(100, 200),
      ...lines.slice(300),
    ];
    const sorted = await planned([fileOf(log(...lines))]);

    expect((await planned([fileOf(log(...swapped))])).frontier).toEqual(sorted.frontier);
    const { stdout } = await plan([fileOf(log(...lines, [0, '192.0.2.9']))]);
    expect(stdout).toContain('Too late in the log to be sorted: 1 request');
  });
});

describe('whose request it is', () => {
  const keysOf = async (args: readonly string[], piped: string) =>
    (await planned([...args, '--policy', 'restoreRateHz=0.000001,capacityMax=1'], piped)).policy.keys;

  test('is the client’s address, cut as the gates cut it', async () => {
    const twice = ['2001:db8:0:1::1', '::ffff:192.0.2.7', '192.0.2.8', 'host.example.com'].flatMap(
      (each): Line[] => [
        [0, each],
        [0, each],
      ],
    );

    expect(await keysOf([], log(...twice, [1, '2001:db8:0:2::2']))).toEqual([
      '2001:db8::/56',
      '192.0.2.7',
      '192.0.2.8',
      'host.example.com',
    ]);
  });

  test('may be the user, a header or a field; without it, the address', async () => {
    const of = (user: string): Line[] => [
      [0, '192.0.2.1', undefined, user],
      [0, '192.0.2.1', undefined, user],
    ];
    const lines = log(...of('ada'), ...of('-'), ...of('ip:192.0.2.9'));

    expect(await keysOf(['--key', 'user'], lines)).toEqual(['ada', 'ip:192.0.2.1', 'key:ip:192.0.2.9']);
    expect(await keysOf(['--key', 'field:3'], lines)).toEqual(['ada', 'ip:192.0.2.1', 'key:ip:192.0.2.9']);
    expect(await keysOf(['--key', 'header:user-agent'], lines)).toEqual([
      'agent of ada',
      'agent of -',
      'agent of ip:192.0.2.9',
    ]);
    expect((await plan(['--key', 'user'], lines)).stdout).toContain(
      'Without such a key, and so counted under their address (ip:…): 2 requests',
    );
  });

  test('is an address in a header or field too, cut alike', async () => {
    const json = (address: string) =>
      `${JSON.stringify({ time: 1_747_476_303, headers: { 'X-Real-IP': address }, remote_addr: '192.0.2.1' })}\n`;
    const addresses = ['2001:db8:0:1::1', '2001:db8:0:2::2', '::ffff:192.0.2.7', '192.0.2.7'];

    for (const key of ['header:x-real-ip', 'field:headers.X-Real-IP'])
      expect(await keysOf(['--key', key], addresses.map(json).join(''))).toEqual([
        '2001:db8::/56',
        '192.0.2.7',
      ]);
  });

  test('may be a field of JSON', async () => {
    const json = (account: unknown) =>
      `${JSON.stringify({ time: 1_747_476_303, account: { id: account }, remote_addr: '192.0.2.1' })}\n`;

    expect(
      await keysOf(['--key', 'field:account.id'], [7, 7, 'ü', 'ü', undefined, undefined].map(json).join('')),
    ).toEqual(['7', 'ü', 'ip:192.0.2.1']);
  });
});

describe('what counts', () => {
  const LINES = log(
    [0, '192.0.2.1', 'POST /login?next=/ HTTP/1.1', '-', 1000],
    [0, '192.0.2.1', 'GET /api/v1/orders HTTP/1.1', '-', 500],
    [60, '192.0.2.1', 'post /login HTTP/1.1', '-', 20],
    [120, '192.0.2.1', 'GET /api/v2 HTTP/1.1'],
  );

  test.each([
    [['--match', 'POST /login'], 2],
    [['--match', '/login'], 2],
    [['--match', 'GET'], 2],
    [['--match', '/api/*'], 1],
    [['--match', '/api/**'], 2],
    [['--match', '/api/**', '--match', 'POST'], 4],
    [['--since', '2026-05-17T10:01:00Z'], 2],
    [['--until', '2026-05-17T10:01:00Z'], 2],
    [['--since', '2026-05-17', '--until', '2026-05-18'], 4],
  ])('with %j are %i of four requests', async (args, n) => {
    expect((await planned(args, LINES)).requests).toBe(n);
  });

  test('may be bytes or a field instead of requests', async () => {
    const burst = async (args: readonly string[]) =>
      (await planned([...args, '--rates', '1'], LINES)).frontier[0].bursts['100%'];

    expect(await burst(['--cost', 'bytes'])).toBe(1500);
    expect(await burst(['--cost', 'field:7'])).toBe(1500);
    const { frontier } = await planned(['--cost', 'bytes'], LINES);
    expect(frontier.at(-1)).toEqual({
      restoreRateHz: 1e8,
      bursts: { '95%': 1500, '99%': 1500, '100%': 1500 },
    });
  });

  test.each([
    [1.5, 2],
    [-5, 1],
    [1e30, 1],
    ['many', 1],
  ])('%j bytes need a burst of %i', async (bytes, burst) => {
    const line = JSON.stringify({ time: 1_747_476_303, remote_addr: '192.0.2.1', bytes });
    const { frontier } = await planned(['--cost', 'bytes', '--rates', '1'], line);

    expect(frontier[0].bursts['100%']).toBe(burst);
  });

  test('bursts that no limit can have are not suggested', async () => {
    const bytes = (n: number) => JSON.stringify({ time: 1_747_476_303, remote_addr: '192.0.2.1', bytes: n });
    const args = ['--cost', 'bytes', '--rates', '1'];

    expect((await planned(args, bytes(1e12))).suggested.capacityMax).toBe(1e12);
    expect(await plan(args, bytes(1e12 + 1))).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Every burst would be above 1,000,000,000,000, the most that a limit can have: try faster --rates.\n',
    });
  });

  test('several policies are decided together', async () => {
    const args = ['perSecond(1, { burst: 5 })', 'perHour(2)'].flatMap(each => ['--policy', each]);
    const { policy } = await planned(args, LINES);

    expect(policy).toMatchObject({
      code: 'perSecond(1, { burst: 5 }) and perHour(2, { burst: 2 })',
      refused: 2,
    });
  });
});

describe('what cannot be read', () => {
  test('is told beside the report, with its first three lines, made safe for a terminal', async () => {
    const { code, stdout } = await plan([], `${TWO_CLIENTS}broken \x1b[31m\nbroken 2\nbroken 3\nbroken 4\n`);

    expect(code).toBe(0);
    expect(stdout).toContain(
      '4 of 9 lines could not be read. The first:\n  broken \\x1b[31m\n  broken 2\n  broken 3\n',
    );
    expect(stdout).not.toContain('broken 4');
  });

  test('is told in the singular where there is one', async () => {
    expect((await plan([], 'one\n')).stderr).toContain('1 of 1 line could not be read. The first:\n  one\n');
    expect((await plan([], log([0, '192.0.2.1']))).stdout).toContain('        1  192.0.2.1, 1 request\n');
  });

  test('is an error that says what is expected, where it is more than half', async () => {
    const { code, stdout, stderr } = await plan([], `${log([0, '192.0.2.1'])}one\ntwo\n`);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('2 of 3 lines could not be read. The first:\n  one\n  two\n');
    expect(stderr).toContain('Expected are the common or combined format of Apache or nginx');
  });

  test.each([
    ['', 'The log is empty: there is nothing to plan with.'],
    [
      '{"level":30,"time":1747476303000,"msg":"listening"}\n',
      'No line of the log is a request that was asked for',
    ],
  ])('because it has no requests is an error', async (piped, message) => {
    const { code, stderr } = await plan([], piped);

    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  test('is a file that is not there, or broken gzip', async () => {
    expect(await plan(['/nowhere/access.log'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/nowhere/access.log: ENOENT'),
    });
    const broken = fileOf(gzipSync(TWO_CLIENTS).subarray(0, 40));
    expect(await plan([broken])).toMatchObject({ code: 1, stderr: `${broken}: unexpected end of file\n` });
  });
});

describe('a wrong call', () => {
  test.each([
    [[], 'which log? Name a file, or - for the standard input'],
    [['--rate', '1'], "Unknown option '--rate'"],
    [['x', '--key', 'name'], '--key name: it must be ip, user, header:NAME or field:PATH'],
    [['x', '--key', 'header:'], '--key header:: it must be'],
    [['x', '--cost', '1'], '--cost 1: it must be bytes or field:PATH'],
    [['x', '--match', 'POST login'], "--match POST login: it must be such as 'POST /login'"],
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
    [['x', '--policy', 'restoreRateHz=1/60,capacityMax=3'], 'capacityMax=3: "1/60" is no number'],
    [['x', '--policy', 'restoreRateHz=0,capacityMax=3'], 'capacityMax=3: restoreRateHz must be > 0, got 0'],
  ])('%j says what is wrong, with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await plan(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('npx @breaking/plan --help tells what there is.');
  });

  test.each([
    ['perSecond(5)', 5, 5],
    ['perMinute(1_000, { burst: 20 })', 1000 / 60, 20],
    ['perHour( 0.5 , {burst:3,} )', 0.5 / 3600, 3],
    ['perDay(1e3)', 1000 / 86_400, 1000],
    ['restoreRateHz=0.25,capacityMax=9', 0.25, 9],
    ['capacityMax=9, restoreRateHz=2', 2, 9],
    ['{ capacityMax: 9, restoreRateHz: 0.3 }', 0.3, 9],
  ])('the policy %s is read, not evaluated', async (text, restoreRateHz, capacityMax) => {
    const events = Array.from({ length: capacityMax + 2 }, (): Line => [0, '192.0.2.1']);
    const { policy } = await planned(['--policy', text], log(...events));

    expect(policy.refused).toBe(2);
    expect(policy.firstRefusals[0].retryAfterSecs).toBeCloseTo(1 / restoreRateHz, 6);
  });
});

test('--help tells of every option, and of the exit codes', async () => {
  const { code, stdout } = await plan(['--help']);

  expect(code).toBe(0);
  for (const option of ['key', 'cost', 'match', 'since', 'until', 'cover', 'rates', 'policy', 'json']) {
    expect(stdout).toContain(`--${option}`);
  }
  expect(stdout).toContain('Exit codes');
});

test('a terminal sees a bar while it reads, which is gone at the end', async () => {
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
