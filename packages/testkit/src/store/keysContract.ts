import { describe, expect, test } from 'vitest';
import { limit, type Using } from './opened.js';

/** Possible keys of clients that would break a store that joins, quotes, encodes or looks up keys wrongly. */
const STRANGE_KEYS = [
  '',
  ' ',
  'a',
  'A',
  'a ',
  'a:b',
  'a\u0000b',
  'a\u0000',
  '\n',
  '\r\n',
  '\t',
  '{a}',
  '{a}b',
  '{}',
  '}{',
  '*',
  '?',
  '[a]',
  '%s',
  '"',
  "'",
  '\\',
  '../x',
  '1:a',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'ä',
  'a\u0308',
  'ключ',
  '鍵',
  '🔑',
  '\ud83d',
  '\udd11',
  '\udd11\ud83d',
  '\ufffd',
  '\ufeff',
  'a'.repeat(300),
  `${'a'.repeat(300)}b`,
];

/** Names of limits may contain all of printable ASCII. */
const STRANGE_NAMES = [
  ' ',
  'a',
  'A',
  'a b',
  'a:b',
  '1',
  '01',
  '-1',
  'debt',
  'at',
  '__proto__',
  'constructor',
  '{a}',
  '"',
  "'",
  '\\',
  '%s',
  '*',
  'a'.repeat(200),
];

/** Any string is a valid key, and no two keys share a bucket. */
export function keysContract(using: Using): void {
  describe('keys and names', () => {
    test(
      'any string is a key with its own buckets',
      using(async opened => {
        const limits = [limit('only', 2, 0.001)];
        for (const key of STRANGE_KEYS) {
          expect(await opened.check(limits, 2, key), JSON.stringify(key)).toMatchObject({ allowed: true });
        }
        const blocked = async () => {
          const peeked = await Promise.all(STRANGE_KEYS.map(key => opened.peek(limits, 1, key)));
          return STRANGE_KEYS.filter((_, i) => !peeked[i]?.allowed);
        };
        expect(await blocked()).toEqual(STRANGE_KEYS);
        for (const key of STRANGE_KEYS) {
          const others = STRANGE_KEYS.filter(each => each !== key);
          await opened.refund(limits, 1, key);
          expect(await blocked(), `refund of ${JSON.stringify(key)}`).toEqual(others);
          await opened.reset(key);
          expect(await opened.check(limits, 2, key)).toMatchObject({ allowed: true });
          expect(await blocked(), `check of ${JSON.stringify(key)}`).toEqual(STRANGE_KEYS);
        }
      }),
    );

    test(
      'any printable ASCII is the name of a limit with its own bucket',
      using(async opened => {
        const limits = STRANGE_NAMES.map((name, i) => limit(name, 100 + i, 0.001));
        const { limits: decided } = await opened.check(limits, 10);
        expect(decided.map(each => each.name)).toEqual(STRANGE_NAMES);
        for (const [i, each] of limits.entries()) {
          await opened.check([each], i);
          expect(await opened.tokensLeft([each])).toEqual([90]);
        }
        expect(await opened.tokensLeft(limits)).toEqual(limits.map(() => 90));
        expect((await opened.check(limits, 91)).violated).toEqual(STRANGE_NAMES);
      }),
    );

    test(
      'limiters with the same name share their buckets, others never do, however names and keys are split',
      using(async opened => {
        const policy = { capacityMax: 1, restoreRateHz: 0.001 };
        const split: readonly (readonly [string, string])[] = [
          ['a', 'b:c'],
          ['a:b', 'c'],
          ['a', '1:b:c'],
          ['1:a', 'b'],
          ['a:', 'b'],
          ['a', ':b'],
          ['{a}', 'b'],
          ['a', '{b}'],
          ['1:1:a', ''],
        ];
        for (const [name, key] of split) {
          const limiter = opened.limiter(name, { only: policy });
          expect(await limiter.check(key), `${name} + ${key}`).toMatchObject({ allowed: true });
        }
        for (const [name, key] of split) {
          const sameName = opened.limiter(name, { only: policy });
          expect(await sameName.check(key), `${name} + ${key}`).toMatchObject({ allowed: false });
        }
      }),
    );

    test(
      'a limiter distinguishes very long keys',
      using(async opened => {
        const limiter = opened.limiter('api', { capacityMax: 1, restoreRateHz: 0.001 });
        const long = 'k'.repeat(50_000);
        const keys = [long, `${long}1`, `${long}\ud83d`, `${long}\udd11`, `${long}\ufffd`];
        for (const key of keys) expect(await limiter.check(key)).toMatchObject({ allowed: true });
        for (const key of keys) expect(await limiter.check(key)).toMatchObject({ allowed: false });
      }),
    );

    test(
      'a thousand keys are kept apart',
      using(async opened => {
        const limits = [limit('only', 1000, 0.001)];
        const keys = Array.from({ length: 1000 }, (_, i) => `key ${i}`);
        await Promise.all(keys.map((key, i) => opened.check(limits, i + 1, key)));
        const left = await Promise.all(keys.map(key => opened.tokensLeft(limits, key)));
        expect(left.map(([tokens]) => tokens)).toEqual(keys.map((_, i) => 999 - i));
      }),
    );
  });
}
