import type { BucketStore, RateLimiter } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import type { Using } from './opened.js';

const TWO = { capacityMax: 2, restoreRateHz: 1 };

type Limiter = RateLimiter<BucketStore>;

/** Values that are not a number of tokens. */
const NO_COUNTS: readonly (readonly [what: string, n: unknown, kind: ErrorConstructor])[] = [
  ['a negative number', -1, RangeError],
  ['a fraction', 0.5, RangeError],
  ['NaN', NaN, RangeError],
  ['Infinity', Infinity, RangeError],
  ['a text', '1', TypeError],
  ['null', null, TypeError],
];

const OPERATIONS: Readonly<Record<string, (limiter: Limiter, n: never) => unknown>> = {
  'a check': (limiter, n) => limiter.check('key', n),
  'a look': (limiter, n) => limiter.peek('key', n),
  'a wait': (limiter, n) => limiter.wait('key', n),
  'a wait, for one of its limits': (limiter, n) => limiter.wait('key', { only: n }),
  'a take': (limiter, n) => limiter.take('key', n),
  'a refund': (limiter, n) => limiter.refund('key', n),
};

const OTHERS: Readonly<Record<string, readonly [(limiter: Limiter) => unknown, ErrorConstructor]>> = {
  'a take of 0': [limiter => limiter.take('key', 0), RangeError],
  'a refund of 0': [limiter => limiter.refund('key', 0), RangeError],
  'a block of negative seconds': [limiter => limiter.block('key', -1), RangeError],
  'a block of NaN seconds': [limiter => limiter.block('key', NaN), RangeError],
  'a block of -Infinity seconds': [limiter => limiter.block('key', -Infinity), RangeError],
  'a block of a text': [limiter => limiter.block('key', '5' as never), TypeError],
  'a key that is no string': [limiter => limiter.take(5 as never), TypeError],
  'a block of a key that is none': [limiter => limiter.block(undefined as never, 5), TypeError],
  'a wait for a key that is none': [limiter => limiter.wait(null as never), TypeError],
  'a wait for a limit that it does not have': [limiter => limiter.wait('key', { other: 1 }), TypeError],
  'a wait under wrong limits': [
    limiter => limiter.wait('key', 1, { limits: { capacityMax: 0.5, restoreRateHz: 1 } }),
    RangeError,
  ],
  'a take under wrong limits': [
    limiter => limiter.take('key', 1, { capacityMax: 2, restoreRateHz: NaN }),
    RangeError,
  ],
  ...Object.fromEntries(
    [-1, 0, 0.5, NaN, Infinity].map(capacityMax => [
      `limits with a capacity of ${capacityMax}`,
      [setting({ capacityMax, restoreRateHz: 1 }), RangeError],
    ]),
  ),
  ...Object.fromEntries(
    [-1, 0, NaN, Infinity].map(restoreRateHz => [
      `limits with a rate of ${restoreRateHz}`,
      [setting({ capacityMax: 2, restoreRateHz }), RangeError],
    ]),
  ),
  'limits of which one is wrong': [
    setting({ fine: TWO, wrong: { capacityMax: 2, restoreRateHz: -1 } }),
    RangeError,
  ],
  'limits that are none': [setting(null), TypeError],
};

function setting(limits: unknown): (limiter: Limiter) => void {
  return limiter => {
    limiter.limits = limits as never;
  };
}

/** Wrong input is refused before it reaches the store. */
export function wrongInputContract(using: Using): void {
  describe('wrong input is refused and changes nothing:', () => {
    const rows = [
      ...Object.entries(OPERATIONS).flatMap(([name, operate]) =>
        NO_COUNTS.map(([what, n, kind]) => {
          return [`${name} of ${what}`, (limiter: Limiter) => operate(limiter, n as never), kind] as const;
        }),
      ),
      ...Object.entries(OTHERS).map(([name, [operate, kind]]) => [name, operate, kind] as const),
    ];
    test(
      `${rows.length} kinds of it`,
      using(async opened => {
        const limiter = opened.limiter('api', { only: TWO });
        await limiter.check('key');
        const { limits } = limiter;
        for (const [what, operate, kind] of rows) {
          await expect((async () => operate(limiter))(), what).rejects.toThrow(kind);
          expect(limiter.limits, what).toBe(limits);
          expect(await limiter.peek('key'), what).toMatchObject({
            allowed: true,
            blocked: false,
            limits: [{ tokensLeft: 1 }],
          });
        }
      }),
    );
  });
}
