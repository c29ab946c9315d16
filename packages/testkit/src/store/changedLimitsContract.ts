import { describe, expect, test } from 'vitest';
import { limit, type Using } from './opened.js';

/** A key keeps its debts by the names of its limits, so a changed policy applies to the existing debt. */
export function changedLimitsContract(using: Using): void {
  describe('limits that change while a key is in use', () => {
    test(
      'keep the debt when the capacity is raised',
      using(async opened => {
        await opened.check([limit('only', 10, 0.01)], 8);
        expect(await opened.tokensLeft([limit('only', 100, 0.01)])).toEqual([92]);
        await opened.check([limit('only', 100, 0.01)], 50);
        expect(await opened.tokensLeft([limit('only', 60, 0.01)])).toEqual([2]);
      }),
    );

    test(
      'count the debt for at most a lower capacity and 0.001',
      using(async opened => {
        const low = [limit('only', 10, 0.5)];
        await opened.check([limit('only', 1000, 0.5)], 1000);
        const refused = await opened.check(low, 1);
        expect(refused).toMatchObject({ allowed: false, limits: [{ tokensLeft: 0 }] });
        expect(refused.retryAfterSecs).toBeCloseTo(1.001 / 0.5, 6);
        await opened.advanceBy(refused.retryAfterSecs);
        expect(await opened.check(low, 1)).toMatchObject({ allowed: true });
        expect(await opened.check(low, 1)).toMatchObject({ allowed: false });
        await opened.advanceBy(20.002);
        expect(await opened.tokensLeft(low)).toEqual([10]);
      }),
    );

    test(
      'keep the whole debt if the lower limit only looked or refused',
      using(async opened => {
        const high = [limit('only', 1000, 0.5)];
        await opened.check(high, 600);
        await opened.peek([limit('only', 10, 0.5)], 1);
        await opened.check([limit('only', 10, 0.5)], 1);
        await opened.check([limit('only', 10, 0.5)], 0);
        expect(await opened.tokensLeft(high)).toEqual([400]);
      }),
    );

    test(
      'take a refund from the debt as the lower limit counts it',
      using(async opened => {
        await opened.check([limit('only', 1000, 0.5)], 1000);
        await opened.refund([limit('only', 10, 0.5)], 4);
        await opened.advanceBy(0.1);
        expect(await opened.tokensLeft([limit('only', 10, 0.5)])).toEqual([4]);
      }),
    );

    test(
      'drain at the current rate',
      using(async opened => {
        await opened.check([limit('only', 10, 1)], 10);
        await opened.advanceBy(1);
        expect(await opened.tokensLeft([limit('only', 10, 4)])).toEqual([4]);
        expect(await opened.tokensLeft([limit('only', 10, 1)])).toEqual([1]);
        await opened.advanceBy(3);
        expect(await opened.tokensLeft([limit('only', 10, 0.5)])).toEqual([2]);
      }),
    );

    test(
      'admit a caller that waits exactly as long as the changed limit requires',
      using(async opened => {
        await opened.check([limit('only', 10, 0.1)], 10);
        const { retryAfterSecs } = await opened.check([limit('only', 8, 4)], 2);
        expect(retryAfterSecs).toBeCloseTo(2.001 / 4, 6);
        await opened.advanceBy(retryAfterSecs);
        expect(await opened.check([limit('only', 8, 4)], 2)).toMatchObject({ allowed: true });
      }),
    );

    test(
      'start full under a new name, and keep the debt under an old one',
      using(async opened => {
        const [first, second] = [limit('first', 5, 0.01), limit('second', 3, 0.01)];
        await opened.check([first], 4);
        expect(await opened.tokensLeft([first, second])).toEqual([1, 3]);
        await opened.check([second], 2);
        expect(await opened.tokensLeft([second, first])).toEqual([1, 1]);
        await opened.refund([second], 1);
        expect(await opened.tokensLeft([first, second])).toEqual([1, 2]);
      }),
    );
  });
}
