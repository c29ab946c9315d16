import { describe, expect, test } from 'vitest';
import { limit, type Opened, tokensOf, type Using } from './opened.js';

/** Starts all requests before awaiting the first answer. */
async function allowedOf(
  opened: Opened,
  times: number,
  ...args: Parameters<Opened['check']>
): Promise<number> {
  const decisions = await Promise.all(Array.from({ length: times }, () => opened.check(...args)));
  return decisions.filter(decision => decision.allowed).length;
}

/** Each operation is atomic: simultaneous operations happen before it or after it. */
export function concurrencyContract(using: Using): void {
  describe('simultaneous operations:', () => {
    test(
      'checks of one key give out no token twice and lose none',
      using(async opened => {
        const limits = [limit('only', 30, 0.01)];
        expect(await allowedOf(opened, 100, limits)).toBe(30);
        expect(await opened.tokensLeft(limits)).toEqual([0]);
      }),
    );

    test(
      'each check shows the tokens that were left after it',
      using(async opened => {
        const limits = [limit('only', 20, 0.01)];
        const decisions = await Promise.all(Array.from({ length: 20 }, () => opened.check(limits)));
        const left = decisions.map(decision => tokensOf(decision)[0] ?? -1);
        expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      }),
    );

    test(
      'a cost is taken from all limits or from none, whichever refuses',
      using(async opened => {
        const limits = [limit('small', 20, 0.01), limit('large', 50, 0.01)];
        expect(await allowedOf(opened, 40, limits, 3)).toBe(6);
        expect(await opened.tokensLeft(limits)).toEqual([2, 32]);
      }),
    );

    test(
      'keys do not disturb each other',
      using(async opened => {
        const limits = [limit('only', 5, 0.01)];
        const keys = Array.from({ length: 40 }, (_, i) => `key ${i}`);
        const allowed = await Promise.all(keys.map(key => allowedOf(opened, 8, limits, 1, key)));
        expect(allowed).toEqual(keys.map(() => 5));
      }),
    );

    test(
      'checks and refunds together lose no token',
      using(async opened => {
        const limits = [limit('only', 100, 0.001)];
        await opened.check(limits, 100);
        const refunds = Array.from({ length: 30 }, () => opened.refund(limits, 2));
        const [allowed] = await Promise.all([allowedOf(opened, 50, limits, 1), ...refunds]);
        expect(await opened.tokensLeft(limits)).toEqual([60 - allowed]);
      }),
    );
  });
}
