import { describe, expect, test } from 'vitest';
import { limit, type Using } from './opened.js';

const MONTH_SECS = 30 * 86_400;
const RATES = [1 / 86_400, 1 / 3600, 5 / 60, 1 / 3, 1, 997, 100_000, 1_000_000];

/** Numbers keep their precision. */
export function numbersContract(using: Using): void {
  describe('numbers', () => {
    test.each(RATES)(
      'at %d tokens a second, after a month, a caller that waits as long as required is admitted',
      rate =>
        using(async opened => {
          await opened.advanceBy(MONTH_SECS);
          const limits = [limit('only', 1000, rate)];
          await opened.check(limits, 1000);
          for (const cost of [1, 1, 7, 1000, 3]) {
            await opened.advanceBy((await opened.peek(limits, cost)).retryAfterSecs);
            expect(await opened.check(limits, cost)).toMatchObject({ allowed: true });
          }
        })(),
    );

    test(
      'of the largest bucket are counted to the last token',
      using(async opened => {
        const limits = [limit('only', 1e12, 1 / 86_400)];
        const left = async (cost: number) => (await opened.check(limits, cost)).limits[0]?.tokensLeft;
        expect(await left(123_456_789_012)).toBe(876_543_210_988);
        expect(await left(1)).toBe(876_543_210_987);
        expect(await left(876_543_210_986)).toBe(1);
        expect(await opened.check(limits, 2)).toMatchObject({ allowed: false, limits: [{ tokensLeft: 1 }] });
        expect(await left(1)).toBe(0);
        await opened.refund(limits, 999_999_999_999);
        expect(await opened.tokensLeft(limits)).toEqual([999_999_999_999]);
        expect(await opened.check(limits, 1e12 + 1)).toMatchObject({ retryAfterSecs: Infinity });
      }),
    );

    test(
      'of the largest bucket keep their fractions: at least 16 digits are kept',
      using(async opened => {
        const limits = [limit('only', 1e12, 0.0625)];
        await opened.check(limits, 876_543_210_987);
        for (let i = 0; i < 200; i++) {
          await opened.advanceBy(1);
          await opened.check(limits, 1);
        }
        // 200 tokens were taken, and 12.5 returned.
        const left = 1e12 - 876_543_210_987 - 187.5;
        const { limits: decided } = await opened.peek(limits, 1);
        expect(decided[0]?.tokensLeft).toBe(Math.floor(left));
        expect(decided[0]?.secondsUntil(Math.ceil(left))).toBeCloseTo(0.5 / 0.0625, 2);
      }),
    );

    test(
      'of a fast limit keep times to the microsecond',
      using(async opened => {
        const limits = [limit('only', 1000, 100_000)];
        await opened.check(limits, 1000);
        for (let i = 0; i < 50; i++) {
          await opened.advanceBy(0.0003);
          expect(await opened.check(limits, 31)).toMatchObject({ allowed: false });
          expect(await opened.check(limits, 30)).toMatchObject({ allowed: true });
        }
      }),
    );

    test(
      'of a rate without an exact decimal do not drift',
      using(async opened => {
        const limits = [limit('only', 3, 1 / 3)];
        await opened.check(limits, 3);
        let given = 0;
        for (let i = 0; i < 600; i++) {
          await opened.advanceBy(1);
          if ((await opened.check(limits, 1)).allowed) given++;
        }
        expect(given).toBe(200);
      }),
    );

    test(
      'of a slow limit survive many small debits',
      using(async opened => {
        const limits = [limit('only', 500, 1 / 86_400)];
        for (let i = 0; i < 400; i++) {
          await opened.advanceBy(1);
          await opened.check(limits, 1);
        }
        // 400 seconds restore less than 0.005 of a token.
        const { limits: decided } = await opened.peek(limits, 101);
        expect(decided[0]?.tokensLeft).toBe(100);
        expect(decided[0]?.secondsUntil(101)).toBeCloseTo(86_400 - 399, 0);
      }),
    );

    test(
      'of many limits of one key are all decided together',
      using(async opened => {
        const limits = Array.from({ length: 50 }, (_, i) => limit(`limit ${i}`, 10 + i, 0.01 * (i + 1)));
        expect(await opened.check(limits, 10)).toMatchObject({ allowed: true });
        expect(await opened.tokensLeft(limits)).toEqual(limits.map((_, i) => i));
        const refused = await opened.check(limits, 5);
        expect(refused.violated).toEqual(['limit 0', 'limit 1', 'limit 2', 'limit 3', 'limit 4']);
        expect(refused.retryAfterSecs).toBeCloseTo(500, 3);
        expect(await opened.tokensLeft(limits)).toEqual(limits.map((_, i) => i));
      }),
    );
  });
}
