import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { run } from '../src/cli/run.js';

/** 10,000 requests of a real web site. */
export const LOG = new URL('../../../examples/replay/data/apache-access.log.gz', import.meta.url).pathname;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command, optionally with piped input. */
export async function plan(args: readonly string[], piped?: string | Buffer, isTTY = false): Promise<Ran> {
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

export async function planned(args: readonly string[], piped?: string | Buffer) {
  const { code, stdout, stderr } = await plan([...args, '--json'], piped);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

export function fileOf(content: string | Buffer, name = 'access.log'): string {
  const folder = mkdtempSync(join(tmpdir(), 'plan-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** Lines of a combined log: [seconds, address, and other fields]. */
export type Line = readonly [
  at: number,
  address: string,
  request?: string | undefined,
  user?: string,
  bytes?: number,
];
const line = ([at, address, request = 'GET / HTTP/1.1', user = '-', bytes = 100]: Line) =>
  `${address} - ${user} [17/May/2026:10:${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')} +0000] "${request}" 200 ${bytes} "-" "agent of ${user}"\n`;
export const log = (...lines: readonly Line[]) => lines.map(line).join('');

export const TWO_CLIENTS = log(
  [0, '192.0.2.1'],
  [0, '192.0.2.1'],
  [1, '192.0.2.2'],
  [30, '192.0.2.1'],
  [60, '192.0.2.2'],
);
