import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bars, isPassed } from '../src/bars.js';
import { Comparison } from '../src/comparison.js';
import { BEGIN, END, measuredSection, shortSection, withSection } from '../src/readmeSection.js';
import { barsReport, report } from '../src/report.js';
import { type PartResult, type Results, readResults, resultsFile } from '../src/results.js';
import type { Samples } from '../src/rounds.js';

const decision = partOf({
  'hot key': { 'ns allowed': { breaking: [50, 52, 48], fast: [100, 90, 110], slow: [500], 'no-op': [5] } },
});
const http = partOf({
  'koa, allowed': {
    'us over bare': {
      'three headers': [1, 2],
      breaking: [2, 3],
      fast: [9, 11],
      slow: [30, 40],
      'no-op': [0, 0],
    },
  },
  'koa, refused': { 'us over bare': { breaking: [-2], fast: [-3], slow: [5] } },
});

test('the fastest peer is the one with the lowest median, floors excluded', () => {
  const comparison = Comparison.of({ decision }, 'decision', 'hot key', 'ns allowed');

  expect(comparison?.ours).toBe(50);
  expect(comparison?.leanestPeer).toEqual({ name: 'fast', median: 100 });
});

test('a peer whose process died is not the fastest', () => {
  const died = partOf({ run: { ns: { breaking: [1], fast: [], slow: [3] } } });

  expect(Comparison.of({ decision: died }, 'decision', 'run', 'ns')?.leanestPeer.name).toBe('slow');
});

test('unmeasured contenders have no bars', () => {
  expect(bars({})).toEqual([]);
});

test('bars compare ours with the fastest peer and with headers alone', () => {
  const found = bars({ decision, http });

  expect(found.map(bar => [bar.what, bar.measured, isPassed(bar)])).toEqual([
    ['decision, hot key, ns allowed: times as fast as fast', 2, true],
    ['koa, allowed: us over bare, as a share of those of fast', 0.25, true],
    ['koa, allowed: us over three headers', 1, false],
    ['koa, refused: us over fast', 1, false],
  ]);
  expect(barsReport(found)).toContain('FAIL');
});

test('a report lists ours first and then the others in ascending order, with spread and ratio', () => {
  expect(report(http).split('\n\n')[1]?.split('\n')).toEqual([
    'koa, allowed, us over bare  median  min  max  of ours',
    '  breaking                     2.5    2    3      1 x',
    '  no-op                          0    0    0      0 x',
    '  three headers                1.5    1    2    0.6 x',
    '  fast                          10    9   11      4 x',
    '  slow                          35   30   40     14 x',
  ]);
});

test('the section of a README replaces the text between its markers and nothing else', () => {
  const written = withSection(`before\n${BEGIN}\nold\n${END}\nafter`, 'new');

  expect(written).toBe(`before\n${BEGIN}\n\nnew\n\n${END}\nafter`);
  expect(() => withSection('no markers', 'new')).toThrow('there are no lines');
});

test.each([
  ['the README', '../../../README.md', shortSection],
  ['RESULTS.md', '../RESULTS.md', measuredSection],
])('%s shows the last results', (_name, path, section) => {
  const page = readFileSync(new URL(path, import.meta.url), 'utf8');

  expect(withSection(page, section(readResults(resultsFile('latest'))))).toBe(page);
});

function partOf(samples: Samples): PartResult {
  const role = (name: string) =>
    name === 'breaking' ? 'ours' : ['fast', 'slow'].includes(name) ? 'peer' : 'floor';
  const names = Object.values(samples).flatMap(metrics => Object.values(metrics).flatMap(Object.keys));
  const contenders: Results[string]['contenders'] = Object.fromEntries(
    names.map(name => [name, { role: role(name), versions: {} }]),
  );
  return { title: 'Title', date: '2026-01-01', node: 'v20.0.0', cpu: 'one', contenders, samples };
}
