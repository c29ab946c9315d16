import { describe, expect, test } from 'vitest';
import type { Contender } from '../src/contender.js';
import type { Measured, Part } from '../src/part.js';
import { samplesOf } from '../src/rounds.js';
import { median, ratio } from '../src/stats.js';
import { figure, markdownTable, textTable } from '../src/table.js';

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 2, 10, 20])).toBe(6);
  expect(median([])).toBeNaN();
});

test('a ratio is their median divided by ours', () => {
  expect(ratio([30, 10, 20], [5, 4, 900])).toBe(4);
});

test('figures have three digits', () => {
  expect([0.061_23, 12.345, 1234.5, 1_234_567].map(figure)).toEqual(['0.06', '12.3', '1,230', '1,230,000']);
  expect(figure(Number.NaN)).toBe('');
});

test('each column is as wide as its widest cell', () => {
  const rows = [
    ['name', 'ns'],
    ['a', '1,234'],
    ['longer', '5'],
  ];
  expect(textTable(rows)).toBe('name       ns\na       1,234\nlonger      5');
  expect(markdownTable(rows)).toBe('| name | ns |\n| --- | --: |\n| a | 1,234 |\n| longer | 5 |');
});

describe('rounds', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(contenderCalled) as [Contender, Contender, Contender];

  test('each contender runs once in every round, and each round starts with another one', async () => {
    const turns: string[] = [];
    await samplesOf(partOf({ rounds: 3, runs: ['one', 'two'] }), [a, b, c], async ({ name }, run) => {
      turns.push(`${run} ${name}`);
      return {};
    });

    const one = ['abc', 'bca', 'cab'].join('');
    expect(turns).toEqual([...[...one].map(name => `one ${name}`), ...[...one].map(name => `two ${name}`)]);
  });

  test('values are stored by run, metric and contender, with four digits', async () => {
    const values = [1.234_567, 2, 3, 4];
    const part = partOf({ rounds: 2, runs: ['run'] });
    const samples = await samplesOf(part, [a, b], async () => ({ ns: values.shift() ?? 0 }));

    expect(samples).toEqual({ run: { ns: { a: [1.235, 4], b: [2, 3] } } });
  });

  test('a contender that is not in a run is not measured in it', async () => {
    const part = { ...partOf({ rounds: 1, runs: ['run'] }), takesPart: (each: Contender) => each === b };

    expect(await samplesOf(part, [a, b], async () => ({ ns: 1 }))).toEqual({ run: { ns: { b: [1] } } });
  });

  test('a contender whose process died has no value', async () => {
    const measure = async (contender: Contender): Promise<Measured | undefined> =>
      contender === a ? undefined : { ns: 1 };

    expect(await samplesOf(partOf({ rounds: 1, runs: ['run'] }), [a, b], measure)).toEqual({
      run: { ns: { a: [], b: [1] } },
    });
  });
});

function contenderCalled(name: string): Contender {
  return { name, role: 'peer', packages: [] };
}

function partOf(given: Pick<Part, 'rounds' | 'runs'>): Part {
  return { name: 'part', title: '', family: '', takesPart: () => true, measure: async () => ({}), ...given };
}
