import type { Reservation } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { limit, type Using } from './opened.js';
import { one, reserve, TWO, waits, want } from './reserving.js';

/** Tokens are promised for later, in order, and none twice. */
export function waitContract(using: Using): void {
  describe('a caller that waits', () => {
    test(
      'is promised the first moment at which there are tokens that nobody ahead was promised',
      using(async opened => {
        const made: Reservation[] = [];
        for (const cost of [1, 1, 1, 2, 1]) made.push(await one(opened, want(TWO, cost)));
        expect(waits(opened, made)).toEqual([0, 0, 1, 3, 4]);
        expect(made.every(({ decision }) => decision.allowed)).toBe(true);
        await opened.advanceBy(2.5);
        expect(waits(opened, [await one(opened)])).toEqual([2.5]);
      }),
    );

    test(
      'waits for the slowest of its limits, and nothing drains unused meanwhile',
      using(async opened => {
        const limits = [limit('fast', 10, 10), limit('slow', 1, 0.5)];
        const wants = Array.from({ length: 4 }, () => want(limits));
        const { made } = await reserve(opened, wants);
        expect(waits(opened, made)).toEqual([0, 2, 4, 6]);
        await opened.advanceBy(6);
        // The faster bucket has given one token at that moment, and its tokens do not exceed its capacity.
        expect(await opened.tokensLeft(limits)).toEqual([9, 0]);
      }),
    );

    test(
      'is refused if it would wait too long, receives the wait, and takes nothing',
      using(async opened => {
        await reserve(opened, [want(), want(), want()]);
        const refused = await one(opened, want(TWO, 1, 1.5));
        expect(refused.decision).toMatchObject({ allowed: false, violated: ['only'], blocked: false });
        expect(refused.decision.retryAfterSecs).toBeCloseTo(2, 4);
        expect((await one(opened, want(TWO, 3))).decision.retryAfterSecs).toBe(Infinity);
        expect(waits(opened, [await one(opened)])).toEqual([2]);
      }),
    );

    test(
      'does not go on before the caller ahead',
      using(async opened => {
        const earliest = opened.now + 4;
        const first = await one(opened, want(), earliest);
        expect(waits(opened, [first])).toEqual([4]);
        expect((await one(opened, want(TWO, 1, 3), earliest)).decision.allowed).toBe(false);
      }),
    );

    test(
      'is not overtaken by a check, which receives the true wait',
      using(async opened => {
        await reserve(opened, [want(), want(), want(), want()]);
        const refused = await opened.check(TWO);
        expect(refused.allowed).toBe(false);
        expect(refused.retryAfterSecs).toBeCloseTo(3, 4);
        await opened.refund(TWO, 2);
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(3, 4);
        await opened.advanceBy(2);
        expect((await opened.check(TWO)).retryAfterSecs).toBeCloseTo(1, 4);
        await opened.advanceBy(1);
        expect((await opened.check(TWO)).allowed).toBe(true);
        expect((await opened.check(TWO)).retryAfterSecs).toBeCloseTo(1, 4);
      }),
    );

    test(
      'leaves exact debts when all callers have gone on long ago',
      using(async opened => {
        await reserve(
          opened,
          Array.from({ length: 7 }, () => want()),
        );
        await opened.advanceBy(5.25);
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(0.75, 4);
        await opened.advanceBy(0.75);
        expect(await opened.tokensLeft(TWO)).toEqual([1]);
      }),
    );

    test(
      'waits as long again if the clock steps back, and later callers wait behind it',
      using(async opened => {
        await reserve(opened, [want(TWO, 2), want(), want(), want()]);
        await opened.advanceBy(-100);
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(4, 4);
        await opened.advanceBy(2);
        await opened.refund(TWO, 2);
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(2, 4);
        await opened.advanceBy(1.5);
        expect((await reserve(opened, [])).movedSecs).toBeUndefined();
        await opened.refund(TWO, 1);
        expect((await opened.check(TWO)).allowed).toBe(true);
      }),
    );

    test(
      'counts as gone on once its wait has passed after a look that noticed the step back of the clock',
      using(async opened => {
        await reserve(opened, [want(TWO, 2), want(), want()]);
        await opened.advanceBy(-100);
        expect((await reserve(opened, [])).movedSecs).toBe(0);
        await opened.advanceBy(1.5);
        expect((await reserve(opened, [])).movedSecs).toBe(0);
        await opened.advanceBy(1);
        expect((await reserve(opened, [])).movedSecs).toBeUndefined();
      }),
    );

    test(
      'of cost 0 takes nothing',
      using(async opened => {
        await one(opened, want(TWO, 0));
        expect(await opened.tokensLeft(TWO)).toEqual([2]);
      }),
    );
  });

  describe('a block while callers wait', () => {
    test(
      'stops the buckets: all waits become that much longer, later ones too',
      using(async opened => {
        const { made = [], movedSecs } = await reserve(opened, [want(TWO, 2), want(), want()]);
        expect(movedSecs).toBe(0);
        await opened.advanceBy(0.5);
        await opened.store.block?.('key', TWO, 60, opened.now);
        expect((await reserve(opened, [])).movedSecs).toBeCloseTo(60, 4);
        const later = await one(opened, want(TWO, 1, 100));
        expect(later.at - (made[2] as Reservation).at).toBeCloseTo(61, 3);
        await opened.store.block?.('key', TWO, 20, opened.now);
        expect((await reserve(opened, [])).movedSecs).toBeCloseTo(20, 4);
        await opened.advanceBy(20);
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(3.5, 3);
      }),
    );

    test(
      'without an end ends their waits',
      using(async opened => {
        await reserve(opened, [want(TWO, 2), want(), want()]);
        await opened.store.block?.('key', TWO, Infinity, opened.now);
        expect(await reserve(opened, [])).toMatchObject({ movedSecs: undefined, blockedUntil: Infinity });
        expect((await one(opened)).decision).toMatchObject({ blocked: true, retryAfterSecs: Infinity });
        await opened.store.block?.('key', TWO, 0, opened.now);
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(1, 2);
      }),
    );

    test(
      'makes new callers wait for its end',
      using(async opened => {
        await opened.store.block?.('key', TWO, 5, opened.now);
        const { made } = await reserve(opened, [want(), want(), want()]);
        expect(waits(opened, made)).toEqual([5, 5, 6]);
        const { blockedUntil = NaN } = await reserve(opened, []);
        expect(blockedUntil - opened.now).toBeCloseTo(5, 3);
        expect((await one(opened, want(TWO, 1, 4))).decision.blocked).toBe(true);
      }),
    );
  });
}
