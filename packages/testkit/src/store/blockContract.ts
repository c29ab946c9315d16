import type { Lockout } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { limit, type Opened, type Using } from './opened.js';
import { reserve, want } from './reserving.js';

const TEN = [limit('only', 10, 1)];
const BOTH = [limit('only', 10, 1), limit('other', 3, 0.5)];

async function block(opened: Opened, secs: number): Promise<void> {
  await opened.store.block?.('key', TEN, secs, opened.now);
}

async function take(opened: Opened, n: number, limits = TEN): Promise<number | undefined> {
  return opened.store.take?.('key', limits, n, opened.now);
}

async function strike(opened: Opened, options: Partial<Lockout> = {}): Promise<number | undefined> {
  const lockout = { after: 3, withinSecs: 30, forSecs: 60, backoff: 2, maxSecs: 100, ...options };
  return opened.store.strike?.('key', TEN, lockout, opened.now);
}

async function strikes(opened: Opened, count: number, options: Partial<Lockout> = {}) {
  const secs: (number | undefined)[] = [];
  for (let i = 0; i < count; i++) secs.push(await strike(opened, options));
  return secs.map(each => Math.round((each ?? NaN) * 1e3) / 1e3);
}

/** Taking tokens without a check, and blocking keys. */
export function blockContract(using: Using): void {
  describe('a take', () => {
    test(
      'takes as many whole tokens as there are, and returns how many are missing',
      using(async opened => {
        expect(await take(opened, 4)).toBe(0);
        expect(await opened.tokensLeft(TEN)).toEqual([6]);
        expect(await take(opened, 8)).toBe(2);
        await opened.advanceBy(2.5);
        expect(await take(opened, 3)).toBe(1);
        // Half a token is left.
        await opened.advanceBy(0.5);
        expect(await opened.tokensLeft(TEN)).toEqual([1]);
      }),
    );

    test(
      'takes from each limit what it has, and returns the largest shortage',
      using(async opened => {
        expect(await take(opened, 5, BOTH)).toBe(2);
        expect(await opened.tokensLeft(BOTH)).toEqual([5, 0]);
      }),
    );
  });

  describe('a take that finds no tokens', () => {
    test(
      'keeps the whole debt, even if a lower capacity counts less of it',
      using(async opened => {
        await opened.check([limit('only', 10, 1)], 10);
        expect(await take(opened, 1, [limit('only', 5, 1)])).toBe(1);
        expect(await opened.tokensLeft(TEN)).toEqual([0]);
      }),
    );
  });

  describe('a block', () => {
    test(
      'refuses every cost, even 0, until it ends, and a peek shows it',
      using(async opened => {
        await block(opened, 5);
        for (const cost of [0, 1, 11]) {
          expect(await opened.check(TEN, cost)).toMatchObject({
            allowed: false,
            blocked: true,
            violated: [],
          });
        }
        expect((await opened.peek(TEN)).retryAfterSecs).toBeCloseTo(5, 4);
        await opened.advanceBy(4.5);
        expect(await opened.check(TEN)).toMatchObject({ allowed: false, blocked: true });
        expect((await opened.peek(TEN)).retryAfterSecs).toBeCloseTo(0.5, 4);
        await opened.advanceBy(0.5);
        expect(await opened.check(TEN, 10)).toMatchObject({ allowed: true, blocked: false });
      }),
    );

    test(
      'replaces an earlier block, and is ended by 0 and by a reset',
      using(async opened => {
        await block(opened, 60);
        await block(opened, 5);
        expect((await opened.peek(TEN)).retryAfterSecs).toBeCloseTo(5, 4);
        await block(opened, 0);
        expect(await opened.check(TEN)).toMatchObject({ allowed: true });
        await block(opened, Infinity);
        await opened.advanceBy(1e7);
        expect(await opened.peek(TEN)).toMatchObject({ blocked: true, retryAfterSecs: Infinity });
        await opened.reset();
        expect(await opened.check(TEN, 10)).toMatchObject({ allowed: true });
      }),
    );

    test(
      'of one key does not block others',
      using(async opened => {
        await block(opened, 60);
        expect(await opened.check(TEN, 1, 'other')).toMatchObject({ allowed: true, blocked: false });
      }),
    );

    test(
      'does not stop takes, refunds and refilling',
      using(async opened => {
        await opened.check(TEN, 10);
        await block(opened, 5);
        await opened.refund(TEN, 3);
        expect(await take(opened, 2)).toBe(0);
        await opened.advanceBy(5);
        expect(await opened.tokensLeft(TEN)).toEqual([6]);
      }),
    );

    test(
      'lasts as long again from that moment if the clock steps back',
      using(async opened => {
        await block(opened, 5);
        await opened.advanceBy(-1000);
        expect((await opened.peek(TEN)).retryAfterSecs).toBeCloseTo(5, 4);
        await opened.advanceBy(5);
        expect(await opened.check(TEN)).toMatchObject({ allowed: true });
      }),
    );

    test.each<[what: string, operate: (opened: Opened) => unknown]>([
      ['a check', opened => opened.check(TEN)],
      ['a check for nothing', opened => opened.check(TEN, 0)],
      ['a look', opened => opened.peek(TEN)],
      ['a refund', opened => opened.refund(TEN)],
      ['a take', opened => take(opened, 1)],
      ['one that waits', opened => reserve(opened, [want(TEN)])],
      ['one that looks whether it has moved', opened => reserve(opened, [])],
    ])('that is over by %s does not come back when the clock steps back', (_, operate) =>
      using(async opened => {
        await block(opened, 5);
        await opened.advanceBy(6);
        await operate(opened);
        await opened.advanceBy(-4);
        expect(await opened.peek(TEN)).toMatchObject({ allowed: true, blocked: false });
        expect(await opened.check(TEN)).toMatchObject({ allowed: true, blocked: false });
      })(),
    );
  });

  describe('a lockout', () => {
    test(
      'blocks at the strike that leaves less than a token, for longer each time',
      using(async opened => {
        expect(await strikes(opened, 3)).toEqual([0, 0, 60]);
        expect(await opened.check(TEN)).toMatchObject({ blocked: true });
        await opened.advanceBy(60);
        expect(await opened.check(TEN)).toMatchObject({ allowed: true });
        expect(await strikes(opened, 3)).toEqual([0, 0, 100]);
        await opened.advanceBy(100 + 99);
        expect(await strikes(opened, 3)).toEqual([0, 0, 100]);
      }),
    );

    test(
      'resets how often it has blocked once the key has been free as long as its last block was',
      using(async opened => {
        await strikes(opened, 3);
        await opened.advanceBy(60 + 60.001);
        expect(await strikes(opened, 3)).toEqual([0, 0, 60]);
      }),
    );

    test(
      'regains its tokens with time',
      using(async opened => {
        for (let i = 0; i < 6; i++) {
          expect(await strikes(opened, 1)).toEqual([0]);
          await opened.advanceBy(10);
        }
        expect(await strikes(opened, 3)).toEqual([0, 0, 60]);
      }),
    );

    test(
      'never shortens a block',
      using(async opened => {
        await block(opened, 500);
        expect(await strikes(opened, 3)).toEqual([0, 0, 500]);
        expect((await opened.peek(TEN)).retryAfterSecs).toBeCloseTo(500, 3);
      }),
    );

    test(
      'of 0 seconds counts and blocks nothing',
      using(async opened => {
        expect(await strikes(opened, 7, { forSecs: 0 })).toEqual([0, 0, 0, 0, 0, 0, 0]);
        expect(await opened.check(TEN)).toMatchObject({ allowed: true });
      }),
    );

    test(
      'is forgotten by a reset',
      using(async opened => {
        await strikes(opened, 2);
        await opened.reset();
        expect(await strikes(opened, 3)).toEqual([0, 0, 60]);
        await opened.reset();
        expect(await strikes(opened, 3)).toEqual([0, 0, 60]);
      }),
    );
  });
}
