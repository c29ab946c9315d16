import { Comparison } from './comparison.js';
import { BARE } from './http/httpContender.js';
import type { PartResult, Results } from './results.js';
import { figure, markdownTable } from './table.js';

/** A column of a table: its heading, and its cell for each contender. */
export interface Column {
  readonly head: string;
  readonly comparison: Comparison | undefined;
  readonly shown?: (median: number) => string;
}

/** Makes the columns of one part. */
export function columnsOf(results: Results, part: string) {
  return (head: string, run: string, metric: string): Column => ({
    head,
    comparison: Comparison.of(results, part, run, metric),
  });
}

/** One row for each contender with a value in a column, and the columns that were measured. */
export function table(part: PartResult | undefined, asked: readonly Column[]): string {
  return markdownTable(rowsOf(part, asked));
}

/** The same with rows and columns exchanged, for more columns than contenders. */
export function tableOfRows(part: PartResult | undefined, asked: readonly Column[]): string {
  const rows = rowsOf(part, asked);
  return markdownTable((rows[0] ?? []).map((_, column) => rows.map(row => row[column] ?? '')));
}

function rowsOf(part: PartResult | undefined, asked: readonly Column[]): readonly (readonly string[])[] {
  const columns = asked.filter(({ comparison }) => comparison !== undefined);
  const rows = Object.keys(part?.contenders ?? {})
    .filter(name => name !== BARE)
    .map(name => [name, ...columns.map(column => cell(column, name))])
    .filter(([, ...cells]) => cells.some(text => text !== ''));
  return [['', ...columns.map(({ head }) => head)], ...rows];
}

function cell({ comparison, shown = figure }: Column, name: string): string {
  const median = comparison?.medianOf(name) ?? Number.NaN;
  return Number.isNaN(median) ? '' : shown(median);
}
