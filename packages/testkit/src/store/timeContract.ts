import { describe, expect, test } from 'vitest';
import { limit, type Opened, type Using } from './opened.js';

const TEN = [limit('only', 10, 1)];
const MONTH_SECS = 30 * 86_400;

const OPERATIONS = [
  { name: 'a check', refunded: 0, operate: (opened: Opened) => opened.check(TEN, 1) },
  { name: 'a check of cost 0', refunded: 0, operate: (opened: Opened) => opened.check(TEN, 0) },
  { name: 'a check that can never fit', refunded: 0, operate: (opened: Opened) => opened.check(TEN, 11) },
  { name: 'a peek', refunded: 0, operate: (opened: Opened) => opened.peek(TEN, 1) },
  { name: 'a refund', refunded: 1, operate: (opened: Opened) => opened.refund(TEN, 1) },
];

/** Debt drains continuously as time passes, and never increases by itself. */
export function timeContract(using: Using): void {
  describe('as time goes by', () => {
    test(
      'tokens return continuously, up to the capacity',
      using(async opened => {
        await opened.check(TEN, 10);
        await opened.advanceBy(0.5);
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: false });
        await opened.advanceBy(0.5);
        expect(await opened.tokensLeft(TEN)).toEqual([1]);
        await opened.advanceBy(6.75);
        expect(await opened.tokensLeft(TEN)).toEqual([7]);
        await opened.advanceBy(2.25);
        expect(await opened.tokensLeft(TEN)).toEqual([10]);
        await opened.advanceBy(MONTH_SECS);
        expect(await opened.check(TEN, 10)).toMatchObject({ allowed: true });
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: false });
      }),
    );

    test(
      'fractions are never lost, however often the tokens are read',
      using(async opened => {
        const limits = [limit('only', 1, 0.125)];
        await opened.check(limits, 1);
        const givenAfter: number[] = [];
        for (let i = 1; i <= 256; i++) {
          await opened.advanceBy(0.125);
          await opened.peek(limits, 1);
          const { allowed } = await opened.check(limits, 1);
          await opened.check(limits, 1);
          if (allowed) givenAfter.push(i / 8);
        }
        expect(givenAfter).toEqual([8, 16, 24, 32]);
      }),
    );

    test(
      'a fraction stays when whole tokens are taken',
      using(async opened => {
        await opened.check(TEN, 10);
        await opened.advanceBy(2.75);
        await opened.check(TEN, 2);
        await opened.advanceBy(0.25);
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: true });
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: false });
      }),
    );

    test(
      'a caller that waits exactly retryAfterSecs is admitted, and an earlier one is not',
      using(async opened => {
        for (const rate of [1 / 3600, 5 / 60, 1 / 3, 7]) {
          const limits = [limit('only', 5, rate)];
          const key = `at ${rate}`;
          await opened.check(limits, 5, key);
          for (const cost of [1, 2, 5, 1]) {
            const { allowed, retryAfterSecs } = await opened.check(limits, cost, key);
            expect(allowed).toBe(false);
            await opened.advanceBy(retryAfterSecs / 2);
            const { retryAfterSecs: restSecs } = await opened.check(limits, cost, key);
            expect(restSecs).toBeCloseTo(retryAfterSecs / 2, 3);
            await opened.advanceBy(restSecs - 0.003 / rate);
            expect(await opened.check(limits, cost, key)).toMatchObject({ allowed: false });
            await opened.advanceBy((await opened.peek(limits, cost, key)).retryAfterSecs);
            expect(await opened.check(limits, cost, key)).toMatchObject({ allowed: true });
          }
        }
      }),
    );

    test(
      'a token is given if no more than 0.001 of it is missing, and the missing part is owed',
      using(async opened => {
        await opened.check(TEN, 10);
        await opened.advanceBy(0.9985);
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: false });
        await opened.advanceBy(0.001);
        expect(await opened.tokensLeft(TEN)).toEqual([1]);
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: true, limits: [{ tokensLeft: 0 }] });
        await opened.advanceBy(0.999);
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: false });
        await opened.advanceBy(0.0015);
        expect(await opened.check(TEN, 1)).toMatchObject({ allowed: true });
      }),
    );

    test(
      'a full bucket is the same as no bucket: the key is like a new one',
      using(async opened => {
        await opened.check(TEN, 10);
        await opened.advanceBy(10);
        expect(await opened.tokensLeft(TEN)).toEqual([10]);
        await opened.advanceBy(0.001);
        expect(await opened.tokensLeft(TEN)).toEqual([10]);
        expect(await opened.check(TEN, 10)).toMatchObject({ allowed: true });
        await opened.advanceBy(1);
        expect(await opened.tokensLeft(TEN)).toEqual([1]);
      }),
    );

    test(
      'a bucket stays as long as it owes anything, whatever the other limits of its key do',
      using(async opened => {
        const limits = [limit('fast', 10, 100), limit('slow', 10, 0.01)];
        await opened.check(limits, 1);
        await opened.advanceBy(90);
        expect(await opened.tokensLeft(limits)).toEqual([10, 9]);
        await opened.check([limit('fast', 10, 100)], 1);
        await opened.advanceBy(9);
        expect(await opened.tokensLeft(limits)).toEqual([10, 9]);
        await opened.advanceBy(1);
        expect(await opened.tokensLeft(limits)).toEqual([10, 10]);
      }),
    );
  });

  describe('a clock that steps back', () => {
    test(
      'keeps the debt, which drains from the new reading',
      using(async opened => {
        await opened.check(TEN, 10);
        await opened.advanceBy(-1000);
        const refused = await opened.check(TEN, 1);
        expect(refused).toMatchObject({ allowed: false, limits: [{ tokensLeft: 0 }] });
        expect(refused.retryAfterSecs).toBeCloseTo(1, 6);
        await opened.advanceBy(3);
        expect(await opened.tokensLeft(TEN)).toEqual([3]);
        await opened.advanceBy(7);
        expect(await opened.tokensLeft(TEN)).toEqual([10]);
      }),
    );

    test(
      'neither takes nor gives tokens',
      using(async opened => {
        await opened.check(TEN, 4);
        for (const secs of [-1, -1e6, -0.5]) {
          await opened.advanceBy(secs);
          expect(await opened.tokensLeft(TEN)).toEqual([6]);
        }
        expect(await opened.tokensLeft(TEN, 'a full key')).toEqual([10]);
      }),
    );

    test.each(OPERATIONS)('is noticed by $name', ({ operate, refunded }) =>
      using(async opened => {
        await opened.check(TEN, 10);
        await opened.advanceBy(-60);
        await operate(opened);
        await opened.advanceBy(2);
        // The two seconds since the step was noticed count, although they are before the moment of the debt.
        expect(await opened.tokensLeft(TEN)).toEqual([2 + refunded]);
      })(),
    );
  });
}
