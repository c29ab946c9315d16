import { TooManyErrors } from '@breaking/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { breakerOf, deferred } from './breakerTools.js';
import { unhandledRejections } from './unhandled.js';

const BOOM = new Error('boom');

/** Trips on the first failure. */
const touchy = () => breakerOf({ errorThreshold: 1 });

unhandledRejections();

describe('wrap', () => {
  test('keeps this, arguments, result, name and length', async () => {
    const { breaker } = breakerOf();
    const account = {
      balance: 10,
      pay: breaker.wrap(async function pay(this: { balance: number }, amount: number, ..._: string[]) {
        this.balance -= amount;
        return this.balance;
      }),
      read: breaker.wrap(function read(this: { balance: number }) {
        return this.balance;
      }),
    };
    await expect(account.pay(3, 'a', 'b')).resolves.toBe(7);
    expect(account.read()).toBe(7);
    expect([account.pay.name, account.pay.length]).toEqual(['pay', 1]);
  });

  test('keeps types, generic and overloaded ones too', () => {
    const { breaker } = breakerOf();
    function echo<T>(value: T): Promise<T>;
    function echo<T>(value: T, times: number): Promise<T[]>;
    async function echo(value: unknown, times?: number): Promise<unknown> {
      return times === undefined ? value : Array.from({ length: times }, () => value);
    }
    expectTypeOf(breaker.wrap(echo)).toEqualTypeOf<typeof echo>();
    expectTypeOf(breaker.wrap(echo)('a', 2)).toEqualTypeOf<Promise<string[]>>();
    expectTypeOf(breaker.wrap((n: number) => n + 1)).toEqualTypeOf<(n: number) => number>();
  });

  test('settles a call with the promise that it returns', async () => {
    const { breaker } = touchy();
    const late = deferred<string>();
    const answer = breaker.wrap(() => late.promise)();
    expect(breaker.state).toBe('closed');
    late.reject(BOOM);
    await expect(answer).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('settles a call that returns anything else at once', () => {
    const { breaker, clock } = touchy();
    breaker.trip();
    clock.advanceBy(10);
    expect(breaker.wrap((n: number) => n + 1)(1)).toBe(2);
    expect(breaker.state).toBe('closed');
    const sync = breaker.wrap(() => {
      throw BOOM;
    });
    expect(() => sync()).toThrow(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('a refusal of a function throws, one of an async function rejects', async () => {
    const { breaker } = touchy();
    breaker.trip();
    expect(() => breaker.wrap(() => 1)()).toThrow(TooManyErrors);
    await expect(breaker.wrap(async () => 1)()).rejects.toBeInstanceOf(TooManyErrors);
    await expect(breaker.wrap((async () => 1).bind(null))()).rejects.toBeInstanceOf(TooManyErrors);
  });

  test('a refusal rejects too once the function has returned a promise', async () => {
    const { breaker } = touchy();
    const call = breaker.wrap(() => Promise.reject(BOOM));
    await expect(call()).rejects.toBe(BOOM);
    await expect(call()).rejects.toBeInstanceOf(TooManyErrors);
  });

  test('wrapped functions share their breaker', async () => {
    const { breaker } = breakerOf({ errorThreshold: 2 });
    const calls = [breaker.wrap(() => Promise.reject(BOOM)), breaker.wrap(() => Promise.reject(BOOM))];
    for (const call of calls) await call().catch(() => {});
    expect(breaker.state).toBe('open');
  });

  test('throws a TypeError for anything but a function', () => {
    const { breaker } = breakerOf();
    expect(() => breaker.wrap('fn' as never)).toThrow(/wrap: fn must be a function, got "fn"/);
    expect(() => breaker.runSync(1 as never)).toThrow(/runSync: fn must be a function, got 1/);
  });
});
