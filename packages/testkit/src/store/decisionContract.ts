import { isThenable } from '@breaking/core/internal';
import { describe, expect, test } from 'vitest';
import { limit, tokensOf, type Using } from './opened.js';

const BURST = limit('burst', 4, 2);
const DAILY = limit('daily', 6, 0.25);
const BOTH = [BURST, DAILY];

/** The content of a decision, whose parts must be consistent. */
export function decisionContract(using: Using): void {
  describe('a check', () => {
    test(
      'of a new key finds full buckets',
      using(async opened => {
        expect(await opened.tokensLeft(BOTH)).toEqual([4, 6]);
        expect(await opened.check(BOTH, 4)).toMatchObject({ allowed: true, violated: [], retryAfterSecs: 0 });
      }),
    );

    test(
      'takes its cost from every limit, and shows each with the tokens left afterwards',
      using(async opened => {
        expect(await opened.check(BOTH, 1)).toMatchObject({
          allowed: true,
          violated: [],
          retryAfterSecs: 0,
          limits: [
            { ...BURST, tokensLeft: 3 },
            { ...DAILY, tokensLeft: 5 },
          ],
        });
        expect(tokensOf(await opened.check(BOTH, 2))).toEqual([1, 3]);
        expect(await opened.tokensLeft(BOTH)).toEqual([1, 3]);
      }),
    );

    test(
      'shows limits in the given order, whatever the order before',
      using(async opened => {
        await opened.check(BOTH, 1);
        const { limits } = await opened.check([DAILY, BURST], 1);
        expect(limits.map(({ name, tokensLeft }) => [name, tokensLeft])).toEqual([
          ['daily', 4],
          ['burst', 2],
        ]);
      }),
    );

    test(
      'that one limit refuses takes nothing from any limit',
      using(async opened => {
        await opened.check(BOTH, 4);
        for (let i = 0; i < 5; i++) {
          expect(await opened.check(BOTH, 2)).toMatchObject({
            allowed: false,
            violated: ['burst'],
            retryAfterSecs: 1,
            limits: [
              { name: 'burst', tokensLeft: 0 },
              { name: 'daily', tokensLeft: 2 },
            ],
          });
        }
        await opened.advanceBy(2);
        expect(await opened.check(BOTH, 4)).toMatchObject({ allowed: false, violated: ['daily'] });
        expect(await opened.tokensLeft(BOTH)).toEqual([4, 2]);
      }),
    );

    test(
      'names every limit that refused, and the longest wait among them',
      using(async opened => {
        await opened.check([limit('other', 9, 1), DAILY], 6);
        await opened.check([BURST], 4);
        const refused = await opened.check([BURST, limit('idle', 5, 1), DAILY], 1);
        expect(refused.violated).toEqual(['burst', 'daily']);
        expect(refused.retryAfterSecs).toBeCloseTo(4, 6);
        const waits = refused.limits.map(each => each.secondsUntil(1));
        [0.5, 0, 4].forEach((secs, i) => void expect(waits[i]).toBeCloseTo(secs, 6));
      }),
    );

    test(
      'shows for each limit how long until there are n tokens, after this decision',
      using(async opened => {
        const [burst, daily] = (await opened.check(BOTH, 3)).limits;
        expect(burst?.secondsUntil()).toBe(0);
        expect(burst?.secondsUntil(2)).toBeCloseTo(0.5, 6);
        expect(burst?.secondsUntil(5)).toBe(Infinity);
        expect(daily?.secondsUntil(3)).toBe(0);
        expect(daily?.secondsUntil(6)).toBeCloseTo(12, 6);
      }),
    );

    test(
      'of cost 0 takes nothing, and is never refused',
      using(async opened => {
        expect(await opened.check(BOTH, 0)).toMatchObject({ allowed: true, retryAfterSecs: 0 });
        await opened.check(BOTH, 4);
        const looked = await opened.check(BOTH, 0);
        expect(looked).toMatchObject({ allowed: true, violated: [], retryAfterSecs: 0 });
        expect(tokensOf(looked)).toEqual([0, 2]);
        expect(await opened.tokensLeft(BOTH)).toEqual([0, 2]);
      }),
    );

    test(
      'of more than a capacity is always refused, and takes nothing',
      using(async opened => {
        const refused = await opened.check(BOTH, 5);
        expect(refused).toMatchObject({ allowed: false, violated: ['burst'], retryAfterSecs: Infinity });
        expect(tokensOf(refused)).toEqual([4, 6]);
        await opened.check(BOTH, 4);
        // A limit with a finite wait does not change the result for one whose cost can never fit.
        expect(await opened.check(BOTH, 5)).toMatchObject({
          violated: ['burst', 'daily'],
          retryAfterSecs: Infinity,
        });
        expect(await opened.tokensLeft(BOTH)).toEqual([0, 2]);
      }),
    );
  });

  describe('a peek', () => {
    test(
      'decides as a check would, and takes nothing',
      using(async opened => {
        for (const cost of [0, 1, 3, 4, 5, 7, 1, 2]) {
          const peeked = await opened.peek(BOTH, cost);
          const left = await opened.tokensLeft(BOTH);
          const { allowed, violated, retryAfterSecs } = await opened.check(BOTH, cost);
          expect(peeked).toMatchObject({ allowed, violated, retryAfterSecs });
          expect(tokensOf(peeked)).toEqual(left);
          expect(await opened.tokensLeft(BOTH)).toEqual(allowed ? left.map(tokens => tokens - cost) : left);
        }
      }),
    );
  });

  describe('a refund', () => {
    test(
      'puts tokens back into every given limit',
      using(async opened => {
        await opened.check(BOTH, 4);
        await opened.refund(BOTH, 3);
        expect(await opened.tokensLeft(BOTH)).toEqual([3, 5]);
        await opened.refund([DAILY], 1);
        expect(await opened.tokensLeft(BOTH)).toEqual([3, 6]);
      }),
    );

    test(
      'never fills a bucket above its capacity',
      using(async opened => {
        await opened.check(BOTH, 2);
        await opened.refund(BOTH, 1000);
        expect(await opened.tokensLeft(BOTH)).toEqual([4, 6]);
        expect(await opened.check(BOTH, 4)).toMatchObject({ allowed: true });
        expect(await opened.check(BOTH, 1)).toMatchObject({ allowed: false });
      }),
    );

    test(
      'of a new key changes nothing',
      using(async opened => {
        await opened.refund(BOTH, 3);
        expect(await opened.tokensLeft(BOTH)).toEqual([4, 6]);
        expect(await opened.check(BOTH, 4)).toMatchObject({ allowed: true });
        expect(await opened.check(BOTH, 1)).toMatchObject({ allowed: false });
      }),
    );

    test(
      'keeps the fraction of a token that has returned',
      using(async opened => {
        await opened.check([DAILY], 6);
        await opened.advanceBy(2);
        await opened.refund([DAILY], 1);
        expect(await opened.tokensLeft([DAILY])).toEqual([1]);
        await opened.advanceBy(2);
        expect(await opened.tokensLeft([DAILY])).toEqual([2]);
      }),
    );
  });

  describe('a reset', () => {
    test(
      'makes every bucket of its key full, and affects no other key',
      using(async opened => {
        await opened.check(BOTH, 4, 'one');
        await opened.check([limit('more', 3, 1)], 3, 'one');
        await opened.check(BOTH, 4, 'two');
        await opened.reset('one');
        await opened.reset('never seen');
        expect(await opened.tokensLeft([...BOTH, limit('more', 3, 1)], 'one')).toEqual([4, 6, 3]);
        expect(await opened.tokensLeft(BOTH, 'two')).toEqual([0, 2]);
      }),
    );
  });

  test(
    'operations are either all synchronous or all asynchronous',
    using(async ({ store, now }) => {
      const answers = [
        store.check('a', BOTH, 4, now),
        store.check('a', BOTH, 4, now),
        store.check('b', BOTH, 0, now),
        store.peek('a', BOTH, 1, now),
        store.refund('a', BOTH, 1, now),
        store.refund('c', BOTH, 1, now),
        store.reset('a', now),
        store.reset('c', now),
      ];
      await Promise.all(answers);
      expect(new Set(answers.map(isThenable)).size).toBe(1);
    }),
  );
}
