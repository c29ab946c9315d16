import type { Reservation } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { limit, type Opened, type Using } from './opened.js';
import { one, reserve, TWO, waits, want } from './reserving.js';

const FAST = limit('fast', 10, 1);
const SLOW = limit('slow', 1, 0.1);

/** A caller that stops waiting has no effect on others, unless later moments were already promised. */
export function withdrawalContract(using: Using): void {
  describe('an aborted wait', () => {
    test(
      'has no effect: those behind it are promised earlier moments',
      using(async opened => {
        const { made = [] } = await reserve(opened, [want(), want(), want(TWO, 2), want(), want()]);
        expect(waits(opened, made)).toEqual([0, 0, 2, 3, 4]);
        await opened.advanceBy(0.5);
        const withdrawn = made.slice(2);
        const again = await reserve(opened, [want(), want()], { withdrawn });
        expect(waits(opened, again.made)).toEqual([0.5, 1.5]);
        const last = await reserve(opened, [], { withdrawn: again.made });
        expect(last.made).toEqual([]);
        await opened.advanceBy(0.5);
        expect(await opened.tokensLeft(TWO)).toEqual([1]);
      }),
    );

    test(
      'under a block makes nobody behind it proceed during the block, also if nobody waited before it',
      using(async opened => {
        const { made = [] } = await reserve(opened, [want(TWO, 2), want(), want()]);
        await opened.advanceBy(0.5);
        await opened.store.block?.('key', TWO, 60, opened.now);
        const again = await reserve(opened, [want(TWO, 2, 100), want(TWO, 1, 100)], {
          withdrawn: made.slice(1),
        });
        expect(waits(opened, again.made)).toEqual([60, 61]);
        // Callers compare it with the value that they received before.
        expect(again.movedSecs).toBeCloseTo(60, 4);
        await opened.store.block?.('key', TWO, 70, opened.now);
        expect((await reserve(opened, [])).movedSecs).toBeCloseTo(70, 4);
        const last = await reserve(opened, [], { withdrawn: again.made });
        expect(last.made).toEqual([]);
        await opened.advanceBy(70);
        expect(await opened.tokensLeft(TWO)).toEqual([2]);
      }),
    );

    test(
      'refuses nobody behind it whom a block makes wait longer than maxWaitSecs, unless the block has no end',
      using(async opened => {
        const { made = [] } = await reserve(opened, [want(TWO, 2), want(), want(), want()]);
        await opened.store.block?.('key', TWO, 60, opened.now);
        const again = await reserve(opened, [want(), want()], { withdrawn: made.slice(1) });
        expect(waits(opened, again.made)).toEqual([60, 60]);
        expect(waits(opened, [await one(opened, want(TWO, 1, 100))])).toEqual([61]);
      }),
    );

    test(
      'under a block leaves those ahead their tokens',
      using(async opened => {
        const { made = [] } = await reserve(opened, [
          want(TWO, 2),
          ...Array.from({ length: 9 }, () => want()),
        ]);
        await opened.store.block?.('key', TWO, 60, opened.now);
        await reserve(opened, [], { withdrawn: made.slice(9) });
        expect(waits(opened, [await one(opened, want(TWO, 1, 100))])).toEqual([69]);
      }),
    );

    test(
      'leaves their tokens to those who have reserved of a limit with a cost of 0 since',
      using(async opened => {
        const limits = [FAST, SLOW];
        await reserve(opened, [want(limits, [10, 1], 100)]);
        const { made = [] } = await reserve(opened, [want(limits, [0, 1], 100)]);
        const other = await one(opened, want(limits, [1, 0], 100));
        expect(waits(opened, [...made, other])).toEqual([10, 1]);
        expect((await reserve(opened, [], { withdrawn: made })).made).toEqual([]);
        expect(waits(opened, [await one(opened, want(limits, [1, 0], 100))])).toEqual([2]);
        expect(waits(opened, [await one(opened, want(limits, [0, 1], 100))])).toEqual([10]);
      }),
    );

    test(
      'gives back nothing if another process has reserved since, and those behind it are not moved',
      using(async opened => {
        const { made = [] } = await reserve(opened, [want(), want(), want()]);
        const other = await one(opened);
        const answer = await reserve(opened, [want()], { withdrawn: [made[2] as Reservation] });
        expect(answer.made).toBeUndefined();
        expect(waits(opened, [other])).toEqual([2]);
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(3, 4);
        // The other reservation can be withdrawn, as nobody has reserved after it.
        await reserve(opened, [], { withdrawn: [other] });
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(2, 4);
      }),
    );

    test.each<[what: string, operate: (opened: Opened) => unknown]>([
      ['taken', opened => opened.store.take?.('key', [FAST], 1, opened.now)],
      ['checked', opened => opened.check([FAST])],
      ['reset', opened => opened.reset()],
    ])('gives back nothing where tokens were %s since', (_, operate) =>
      using(async opened => {
        await opened.check([FAST], 5);
        const { made = [] } = await reserve(opened, [want([FAST, SLOW]), want([FAST, SLOW])]);
        await opened.advanceBy(3);
        await operate(opened);
        const left = await opened.tokensLeft([FAST, SLOW]);
        const { made: again } = await reserve(opened, [], { withdrawn: [made[1] as Reservation] });
        expect(again).toBeUndefined();
        expect(await opened.tokensLeft([FAST, SLOW])).toEqual(left);
      })(),
    );

    test.each<[what: string, operate: (opened: Opened) => unknown]>([
      ['refused', opened => opened.check(TWO)],
      ['looked at', opened => opened.peek(TWO)],
      ['given tokens back that nobody gets while others wait', opened => opened.refund(TWO)],
      ['checked for nothing', opened => opened.check(TWO, 0)],
      ['asked to take from what is empty', opened => opened.store.take?.('key', TWO, 2, opened.now)],
    ])('is given back where the key was only %s since', (_, operate) =>
      using(async opened => {
        const { made = [] } = await reserve(opened, [want(TWO, 2), want(), want()]);
        await opened.advanceBy(0.25);
        await operate(opened);
        await reserve(opened, [], { withdrawn: made.slice(1) });
        expect((await opened.peek(TWO)).retryAfterSecs).toBeCloseTo(0.75, 4);
      })(),
    );

    test(
      'does not change a key that nobody has used since',
      using(async opened => {
        await opened.check(TWO, 1);
        const { made } = await reserve(opened, [want(TWO, 2)]);
        expect(waits(opened, made)).toEqual([1]);
        await reserve(opened, [], { withdrawn: made as Reservation[] });
        expect(await opened.tokensLeft(TWO)).toEqual([1]);
        expect((await opened.check(TWO)).allowed).toBe(true);
      }),
    );
  });
}
