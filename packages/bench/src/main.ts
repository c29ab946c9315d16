/**
 * `npm run bench`, with names of parts to run only those, and --node24 to run them under Node 24. `quick` instead shows the
 * figures for checking a change: with words, only rows that contain one; with --base=FOLDER, next to those of another
 * checkout.
 */
import { execFileSync } from 'node:child_process';
import { bars } from './bars.js';
import { contendersOf } from './contender.js';
import type { Part } from './part.js';
import { PARTS, partNamed } from './parts.js';
import { quick } from './quick/quick.js';
import { serverFor } from './redis/server.js';
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
const BASE = '--base=';

if (process.argv[2] === 'quick') {
  const isBase = (argument: string) => argument.startsWith(BASE);
  const words = process.argv.slice(3).filter(argument => !isBase(argument));
  await quick(words, process.argv.find(isBase)?.slice(BASE.length));
  process.exit();
}

const asked = process.argv.slice(2).filter(argument => argument !== NODE24);
const unknown = asked.filter(name => !PARTS.includes(name));
if (unknown.length > 0) {
  console.error(`No part is called ${unknown}. There are: quick, ${PARTS.join(', ')}, and ${NODE24}.`);
  process.exit(1);
}

const onNode24 = process.argv.includes(NODE24);
const node = onNode24 ? node24() : process.execPath;
const file = resultsFile(onNode24 ? 'node24' : 'latest');
const parts = PARTS.filter(name => asked.length === 0 || asked.includes(name));
await serverFor(parts);
for (const name of parts) {
  const result = await resultOf(await partNamed(name));
  writeResults(file, { ...readResults(file), [name]: result });
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
    const result = await measureInChild(node, part, contender, run);
    if (result !== undefined) results[contender.name] = { role: contender.role, versions: result.versions };
    return result?.measured;
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return { title: part.title, ...surroundings(node), contenders: results, samples };
}

/** The path of Node 24, from the npm package `node`. */
function node24(): string {
  const print = ['--yes', '--package=node@24', '--', 'node', '-p', 'process.execPath'];
  return execFileSync('npx', print, { encoding: 'utf8' }).trim();
}
