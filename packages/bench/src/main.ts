/** `npm run bench`, with names of parts to run only those, and --node24 to run them under Node 24. */
import { execFileSync } from 'node:child_process';
import { bars } from './bars.js';
import { contendersOf } from './contender.js';
import type { Part } from './part.js';
import { PARTS } from './parts.js';
import { barsReport, report } from './report.js';
import {
  type ContenderResult,
  type PartResult,
  readResults,
  resultsFile,
  surroundings,
  writeResults,
} from './results.js';
import { samplesOf } from './rounds.js';
import { measureInChild } from './spawned.js';

const NODE24 = '--node24';

const asked = process.argv.slice(2).filter(argument => argument !== NODE24);
const unknown = asked.filter(name => !PARTS.some(part => part.name === name));
if (unknown.length > 0) {
  console.error(
    `No part is called ${unknown}. There are: ${PARTS.map(({ name }) => name).join(', ')}, and ${NODE24}.`,
  );
  process.exit(1);
}

const onNode24 = process.argv.includes(NODE24);
const node = onNode24 ? node24() : process.execPath;
const file = resultsFile(onNode24 ? 'node24' : 'latest');
for (const part of PARTS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const result = await resultOf(part);
  writeResults(file, { ...readResults(file), [part.name]: result });
  console.log(`\n${report(result)}`);
}

console.log(`\n${barsReport(bars(readResults(file)))}`);

async function resultOf(part: Part): Promise<PartResult> {
  const contenders = await contendersOf(part.family);
  const results: Record<string, ContenderResult> = Object.fromEntries(
    contenders.map(({ name, role }) => [name, { role, versions: {} }]),
  );
  const samples = await samplesOf(part, contenders, async (contender, run) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${part.name}: ${run}, ${contender.name}`);
    const told = await measureInChild(node, part, contender, run);
    if (told !== undefined) results[contender.name] = { role: contender.role, versions: told.versions };
    return told?.measured;
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return { title: part.title, ...surroundings(node), contenders: results, samples };
}

/** The path of Node 24, from the npm package `node`. */
function node24(): string {
  const print = ['--yes', '--package=node@24', '--', 'node', '-p', 'process.execPath'];
  return execFileSync('npx', print, { encoding: 'utf8' }).trim();
}
