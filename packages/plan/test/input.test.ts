import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fileOf, type Line, log, plan, planned, TWO_CLIENTS } from './command.js';

describe('the input', () => {
  test('is one file, several in order of time, compressed or not, or standard input', async () => {
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

  test('from standard input is read again for a policy, and leaves no file behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plan-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { policy } = await planned(['-', '--policy', 'perMinute(1)'], TWO_CLIENTS);

    expect(policy).toMatchObject({ refused: 3, keys: ['192.0.2.1', '192.0.2.2'] });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('may be a named pipe, which is read once even for a policy', async () => {
    const pipe = join(mkdtempSync(join(tmpdir(), 'plan-test-')), 'pipe');
    onTestFinished(() => rmSync(pipe));
    execFileSync('mkfifo', [pipe]);
    const written = writeFile(pipe, TWO_CLIENTS);
    const { requests, policy } = await planned([pipe, '--policy', 'perMinute(1)']);
    await written;

    expect({ requests, refused: policy.refused }).toEqual({ requests: 5, refused: 3 });
  });

  test('may have empty lines and Windows line endings', async () => {
    const { requests, log } = await planned([], `${TWO_CLIENTS}\n`.replaceAll('\n', '\r\n'));

    expect({ requests, lines: log.lines, unparsed: log.unparsed }).toEqual({
      requests: 5,
      lines: 5,
      unparsed: 0,
    });
  });

  test('may be out of order: it is sorted, and lines that come too late are reported', async () => {
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
    expect(stdout).toContain('Requests too late in the log to be sorted: 1.');
  });
});

describe('unreadable input', () => {
  test('is reported with its first three lines, made safe for a terminal', async () => {
    const { code, stdout } = await plan([], `${TWO_CLIENTS}broken \x1b[31m\nbroken 2\nbroken 3\nbroken 4\n`);

    expect(code).toBe(0);
    expect(stdout).toContain(
      '4 of 9 lines could not be read. The first:\n  broken \\x1b[31m\n  broken 2\n  broken 3\n',
    );
    expect(stdout).not.toContain('broken 4');
  });

  test('is reported in the singular when there is one line', async () => {
    expect((await plan([], 'one\n')).stderr).toContain('1 of 1 line could not be read. The first:\n  one\n');
    expect((await plan([], log([0, '192.0.2.1']))).stdout).toContain('        1  192.0.2.1, 1 request\n');
  });

  test('is an error with the supported formats if it is more than half', async () => {
    const { code, stdout, stderr } = await plan([], `${log([0, '192.0.2.1'])}one\ntwo\n`);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('2 of 3 lines could not be read. The first:\n  one\n  two\n');
    expect(stderr).toContain('Supported are the common or combined format of Apache or nginx');
  });

  test.each([
    ['', 'The log is empty: there is nothing to plan with.'],
    [
      '{"level":30,"time":1747476303000,"msg":"listening"}\n',
      'No line of the log is a request that the options select',
    ],
  ])('that has no requests is an error', async (piped, message) => {
    const { code, stderr } = await plan([], piped);

    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  test('is a missing file or broken gzip', async () => {
    expect(await plan(['/nowhere/access.log'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/nowhere/access.log: ENOENT'),
    });
    const broken = fileOf(gzipSync(TWO_CLIENTS).subarray(0, 40));
    expect(await plan([broken])).toMatchObject({ code: 1, stderr: `${broken}: unexpected end of file\n` });
  });
});
