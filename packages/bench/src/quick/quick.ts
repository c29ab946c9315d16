import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Contender, contendersOf, OURS } from '../contender.js';
import type { Measured } from '../part.js';
import { partNamed } from '../parts.js';
import { serverFor } from '../redis/server.js';
import { measureInChild } from '../spawned.js';
import { leastOf } from '../stats.js';
import { figure, textTable } from '../table.js';
import { ROWS, type Row } from './rows.js';

/** Preloaded to measure the packages of another checkout. */
const REDIRECT = fileURLToPath(new URL('./redirect.js', import.meta.url));
/** Rows that take several seconds. They are measured once, without an estimate of their noise. */
const LONG = ['1 M keys', 'import', '10,000 cold keys', '10,000 cold keys at random'];

/** One turn of one contender. */
interface Turn {
  readonly column: string;
  readonly contender: Contender;
  readonly base?: string;
}

/**
 * The figures for checking a change, in fresh processes: ours twice, to show the noise of the measurement, and the best peer.
 * @param words only rows that contain one of these
 * @param base another checkout, built, whose packages are measured too
 */
export async function quick(words: readonly string[], base: string | undefined): Promise<void> {
  const rows = ROWS.filter(({ what }) => words.length === 0 || words.some(word => what.includes(word)));
  await serverFor(rows.map(({ part }) => part));
  console.log(surroundings());
  const head = [
    '',
    'median',
    'least disturbed',
    'again',
    ...(base ? ['base', 'of base'] : []),
    'goal',
    '',
    'peer',
  ];
  const table: string[][] = [head];
  for (const same of grouped(rows)) table.push(...(await measured(same, base)));
  console.log(`${textTable(table)}\n${surroundings()}`);
}

/** Rows that are measured in the same process. */
function grouped(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.part}, ${row.run}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

async function measured(rows: readonly Row[], base: string | undefined): Promise<string[][]> {
  const { part: name, run, peer } = rows[0] as Row;
  const part = await partNamed(name);
  const contenders = await contendersOf(part.family);
  const ours = contenders.find(each => each.name === OURS) as Contender;
  if (!part.takesPart(ours, run)) return [];
  const theirs = contenders.find(each => each.name === peer && part.takesPart(each, run));
  const isLong = LONG.includes(run);
  const turns: Turn[] = [
    { column: 'ours', contender: ours },
    ...(base && name !== 'loading' ? [{ column: 'base', contender: ours, base }] : []),
    ...(isLong ? [] : [{ column: 'again', contender: ours }]),
    ...(theirs ? [{ column: 'peer', contender: theirs }] : []),
  ];
  const columns = new Map<string, Measured>();
  for (const { column, contender, base: from } of turns) {
    const preload = from === undefined ? {} : { preload: REDIRECT, env: { BREAKING_BASE: from } };
    const result = await measureInChild(process.execPath, part, contender, run, preload).catch(error => {
      // An older checkout may not have what is measured.
      if (from === undefined) throw error;
      return undefined;
    });
    columns.set(column, result?.measured ?? {});
  }
  return rows.map(row => cells(row, columns, base));
}

function cells(row: Row, columns: ReadonlyMap<string, Measured>, base: string | undefined): string[] {
  const least = (column: string) => {
    const values = columns.get(column);
    return values?.[leastOf(row.metric)] ?? values?.[row.metric] ?? Number.NaN;
  };
  const ours = Number.isNaN(least('again')) ? least('ours') : (least('ours') + least('again')) / 2;
  const ofBase = base === undefined ? [] : [figure(least('base')), figure(ours / least('base'))];
  const isReached = ours <= row.goal;
  const peer = Number.isNaN(least('peer'))
    ? ''
    : `${row.peer} ${figure(least('peer'))}, ${figure(least('peer') / ours)} x`;
  const median = columns.get('ours')?.[row.metric] ?? Number.NaN;
  return [
    row.what,
    figure(median),
    figure(least('ours')),
    figure(least('again')),
    ...ofBase,
    figure(row.goal),
    isReached ? '' : 'MISSED',
    peer,
  ];
}

function surroundings(): string {
  const load = loadavg()
    .map(each => each.toFixed(2))
    .join(' ');
  return `${new Date().toISOString()}, Node ${process.version}, load average ${load} on ${availableParallelism()} cores`;
}
