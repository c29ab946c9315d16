// Measures the speed and the memory of the command and of other programs on the same log files:
//
//     npm run build && node packages/plan/bench/measure.js
//
// Times are processor time, which a loaded machine distorts less than elapsed time. Needs bash, awk and 3 GB for the logs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 2;
const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'breaking-plan-bench-'));

/** Prints the largest memory at the end. */
const TELL_MEMORY = `process.on('exit', () => console.error('maxRSS ' + process.resourceUsage().maxRSS))`;
const NODE = `node --import 'data:text/javascript,${encodeURIComponent(TELL_MEMORY).replaceAll("'", '%27')}'`;
const PLAN = `${NODE} ${join(here, '../dist/bin.js')}`;
const LINES = `${NODE} ${join(here, 'readLines.js')}`;

const LOGS = [
  { name: 'combined, 100,000 clients', lines: 3_000_000, args: '3000000 100000' },
  { name: 'combined, 1,000,000 clients', lines: 4_000_000, args: '4000000 1000000' },
  { name: 'combined, 1,500,000 clients (approximate)', lines: 4_000_000, args: '4000000 1500000' },
  { name: 'combined, 20,000 clients', lines: 200_000, args: '200000 20000' },
  { name: 'pino-http, 100,000 clients', lines: 2_000_000, args: '2000000 100000 pino' },
];
const COMBINED = ['combined, 100,000 clients'];

/** @type {readonly { name: string, command: (file: string) => string, logs?: readonly string[] }[]} */
const PROGRAMS = [
  { name: 'plan', command: file => `${PLAN} --json ${file}` },
  {
    name: 'plan with a policy, in two passes',
    command: file => `${PLAN} --json --policy 'perMinute(60)' ${file}`,
  },
  { name: 'reading the lines in Node', command: file => `${LINES} ${file}`, logs: COMBINED },
  {
    name: 'awk, counting by client',
    command: file => `awk '{ n[$1]++ } END { print length(n) }' ${file}`,
    logs: COMBINED,
  },
  {
    name: 'goaccess',
    command: file => `goaccess ${file} --log-format=COMBINED -o ${folder}/report.json`,
    logs: ['combined, 20,000 clients'],
  },
];

/**
 * @param {string} command
 * @returns {{ secs: number, megabytes: number | undefined } | undefined} undefined if the program is not installed
 */
function measured(command) {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='cpu %U %S'; time ${command} > /dev/null`],
    { encoding: 'utf8' },
  );
  if (status === 127) return undefined;
  if (status !== 0) throw new Error(`${command} failed:\n${stderr}`);
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(stderr) ?? [];
  const [, kilobytes] = /^maxRSS (\d+)$/m.exec(stderr) ?? [];
  return {
    secs: Number(user) + Number(system),
    megabytes: kilobytes === undefined ? undefined : Number(kilobytes) / 1000,
  };
}

try {
  console.log(
    '| log | program | million lines a minute of processor time | MB at most |\n| --- | --- | --: | --: |',
  );
  for (const { name: log, lines, args } of LOGS) {
    const file = join(folder, 'access.log');
    spawnSync('bash', ['-c', `node ${join(here, 'generateLog.js')} ${args} > ${file}`], { stdio: 'inherit' });
    const programs = PROGRAMS.filter(({ logs }) => logs?.includes(log) ?? true);
    /** @type {Map<string, NonNullable<ReturnType<typeof measured>>[]>} */
    const results = new Map(programs.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, command } of programs) {
        const result = measured(command(file));
        if (result !== undefined) results.get(name)?.push(result);
      }
    }
    for (const [name, all] of results) {
      if (all.length === 0) continue;
      const best = Math.min(...all.map(({ secs }) => secs));
      const most = Math.max(...all.map(({ megabytes = Number.NaN }) => megabytes));
      const perMinute = ((lines / best) * 60) / 1e6;
      console.log(
        `| ${log} | ${name} | ${perMinute.toFixed(1)} | ${Number.isNaN(most) ? '' : most.toFixed(0)} |`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
