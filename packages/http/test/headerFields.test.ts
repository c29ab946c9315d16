import { type BucketPolicy, decided } from '@breaking/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { setFields } from '../src/headers/fields.js';
import { asFormats } from '../src/headers/formats.js';
import { type HeaderFormat, lastingQuotasOf, quotasOf } from '../src/headers/quota.js';
import type { Visit } from '../src/request/visit.js';

interface Owing extends BucketPolicy {
  readonly name?: string;
  readonly debt: number;
}

/** A request with this cost, after which its buckets have these debts. */
function visit(buckets: readonly Owing[], allowed = true, cost = 1): Visit {
  const limits = buckets.map(({ name = 'default', capacityMax, restoreRateHz }) => {
    return { name, capacityMax, restoreRateHz };
  });
  const debts = buckets.map(({ debt }) => debt);
  const decision = decided(limits, debts, cost, allowed);
  return {
    limiter: { refund: () => {} },
    formats: ['draft-11', 'draft-7', 'draft-6', 'legacy'],
    quotas: quotasOf(limits),
    key: 'k',
    cost,
    limits: undefined,
    decision,
    isEnforced: true,
  };
}

function fieldsOf(format: HeaderFormat, ...visits: Visit[]): Record<string, string> {
  const fields: Record<string, string> = {};
  const intoFields = {
    setHeader(_to: undefined, name: string, value: string) {
      fields[name] = value;
    },
  };
  setFields(format, visits, intoFields, undefined);
  return fields;
}

const bucket = (capacityMax: number, restoreRateHz: number, debt: number): Owing => {
  return { capacityMax, restoreRateHz, debt };
};

describe('draft-11', () => {
  test.each([
    { of: 'a full bucket', ...bucket(10, 1, 0), policy: 'q=10;w=10', limit: 'r=10;t=10' },
    { of: 'some tokens', ...bucket(10, 1, 2.5), policy: 'q=10;w=10', limit: 'r=7;t=7' },
    { of: 'all but the slack of a token', ...bucket(10, 1, 9.0005), policy: 'q=10;w=10', limit: 'r=1;t=1' },
    { of: 'less than a token', ...bucket(10, 0.1, 9.5), policy: 'q=10;w=100', limit: 'r=0;t=5' },
    { of: 'no token', ...bucket(10, 0.1, 10), policy: 'q=10;w=100', limit: 'r=0;t=10' },
    { of: 'less than none', ...bucket(10, 0.1, 10.0009), policy: 'q=10;w=100', limit: 'r=0;t=11' },
    { of: 'a window that is not whole', ...bucket(10, 3, 1), policy: 'q=10;w=4', limit: 'r=9;t=3' },
    { of: 'a window of a second', ...bucket(10, 10, 1), policy: 'q=10;w=1', limit: 'r=9;t=1' },
    { of: 'a bucket smaller than its rate', ...bucket(9, 10, 1), policy: 'q=10;w=1', limit: 'r=8' },
    { of: 'such a bucket, empty', ...bucket(9, 10, 9), policy: 'q=10;w=1', limit: 'r=0' },
    { of: 'a rate that is not whole', ...bucket(1, 1.9, 0), policy: 'q=1;w=1', limit: 'r=1' },
    {
      of: 'the largest bucket, but for what counts as rounding noise',
      ...bucket(1e12, 1, 0),
      policy: 'q=1000000000000;w=999999999000',
      limit: 'r=1000000000000;t=999999999000',
    },
    {
      of: 'the slowest',
      ...bucket(1, 1e-300, 1),
      policy: 'q=1;w=999999999999999',
      limit: 'r=0;t=999999999999999',
    },
    { of: 'the fastest', ...bucket(1, 1e300, 0), policy: 'q=999999999999999;w=1', limit: 'r=1' },
  ])('shows $of', ({ policy, limit, ...owing }) => {
    expect(fieldsOf('draft-11', visit([owing]))).toEqual({
      'RateLimit-Policy': `"default";${policy}`,
      RateLimit: `"default";${limit}`,
    });
  });

  test.each([
    { of: 'a wait', ...bucket(10, 0.1, 10), cost: 1, limit: 'r=0;t=10' },
    { of: 'a wait for several tokens', ...bucket(10, 0.1, 9.5), cost: 3, limit: 'r=0;t=25' },
    { of: 'a wait while tokens are left', ...bucket(10, 0.1, 5), cost: 6, limit: 'r=0;t=10' },
    { of: 'a wait of less than a second', ...bucket(10, 20, 10), cost: 1, limit: 'r=0;t=1' },
    { of: 'a cost that never fits', ...bucket(10, 0.1, 5), cost: 11, limit: 'r=0' },
    { of: 'such a cost on a fast bucket', ...bucket(9, 20, 5), cost: 11, limit: 'r=0' },
  ])('shows a refusal with $of', ({ limit, cost, ...owing }) => {
    expect(fieldsOf('draft-11', visit([owing], false, cost)).RateLimit).toBe(`"default";${limit}`);
  });

  test('is a valid structured-field list, whatever the names', () => {
    const names = ['a', '"', '\\', '\\"', 'a, b', 'a;r=9', ' '];
    const members = names.map(name => ({ name, ...bucket(2, 1, 1) }));
    const { RateLimit = '' } = fieldsOf('draft-11', visit(members));
    const parsed = [...RateLimit.matchAll(/(?:^|, )"((?:[^"\\]|\\["\\])*)";r=1;t=1(?=$|, )/g)];
    expect(parsed.map(([member]) => member).join('')).toBe(RateLimit);
    expect(parsed.map(([, name = '']) => name.replace(/\\(.)/g, '$1'))).toEqual(names);
  });
});

test('limits that never change give the same fields each time', () => {
  const limits = [{ name: 'default', capacityMax: 1000, restoreRateHz: 2 }];
  const quotas = lastingQuotasOf(limits);
  for (const debt of [0, 1, 256, 1, 744, 999, 1000, 999.9, 512, 0]) {
    const fresh = visit([{ ...(limits[0] as Owing), debt }]);
    const again = fieldsOf('draft-11', { ...fresh, quotas });
    expect(again).toEqual(fieldsOf('draft-11', fresh));
    const refused = visit([{ ...(limits[0] as Owing), debt }], false, 1000);
    expect(fieldsOf('draft-11', { ...refused, quotas })).toEqual(fieldsOf('draft-11', refused));
  }
});

describe('the older formats', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_767_225_600_500 }));
  afterEach(() => void vi.useRealTimers());

  const both = [
    { name: 'burst', ...bucket(20, 20, 5) },
    { name: 'daily', ...bucket(5000, 5000 / 86_400, 4990) },
  ];

  test('show the limit with the fewest tokens left', () => {
    expect(fieldsOf('draft-7', visit(both))).toEqual({
      'RateLimit-Policy': '5000;w=86400',
      RateLimit: 'limit=5000, remaining=10, reset=173',
    });
    expect(fieldsOf('draft-6', visit(both))).toEqual({
      'RateLimit-Policy': '5000;w=86400',
      'RateLimit-Limit': '5000',
      'RateLimit-Remaining': '10',
      'RateLimit-Reset': '173',
    });
  });

  test('round the reset up too, so that it is never too early', () => {
    expect(fieldsOf('legacy', visit(both))).toEqual({
      'X-RateLimit-Limit': '5000',
      'X-RateLimit-Remaining': '10',
      'X-RateLimit-Reset': String(1_767_225_601 + 173),
    });
  });

  test('show the limit that refused rather than limits that did not, in any limiter', () => {
    const refused = visit([{ ...bucket(10, 1, 7) }], false, 5);
    const empty = visit([{ ...bucket(3, 1, 3) }]);
    for (const visits of [
      [refused, empty],
      [empty, refused],
    ]) {
      expect(fieldsOf('draft-7', ...visits).RateLimit).toBe('limit=10, remaining=0, reset=2');
    }
  });

  test('show the first of equal limits', () => {
    const [first, second] = [visit([bucket(3, 1, 2)]), visit([bucket(4, 1, 3)])];
    expect(fieldsOf('draft-6', first, second)['RateLimit-Limit']).toBe('3');
    expect(fieldsOf('draft-6', second, first)['RateLimit-Limit']).toBe('4');
  });
});

test('nothing is set without a decision or without known limits', () => {
  const undecided = { ...visit([]), decision: undefined };
  for (const format of ['draft-11', 'draft-7', 'draft-6', 'legacy'] as const) {
    expect(fieldsOf(format)).toEqual({});
    expect(fieldsOf(format, undecided, visit([]))).toEqual({});
  }
});

describe('the option headers', () => {
  test.each([
    ['draft-11', ['draft-11']],
    [['legacy'], ['legacy']],
    [
      ['draft-11', 'legacy'],
      ['draft-11', 'legacy'],
    ],
    [
      ['draft-6', 'draft-7', 'legacy'],
      ['draft-6', 'draft-7', 'legacy'],
    ],
    [false, []],
  ] as const)('%j is the list %j', (option, formats) => {
    expect(asFormats('headers', option)).toEqual(formats);
  });
});
