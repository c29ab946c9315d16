import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callbackWarning, unthrowing } from '../src/base/callback.js';
import { breakerOf } from './breakerTools.js';

const BOOM = new Error('boom');

function fails(): never {
  throw BOOM;
}

const warnings: Error[] = [];
const hear = (warning: Error) => void warnings.push(warning);

/** The warnings so far. Node emits them in a later turn. */
async function warned(): Promise<string[]> {
  await new Promise(setImmediate);
  return warnings.map(({ message }) => message);
}

let nowMs = 1e6;

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  process.on('warning', hear);
});

afterEach(() => {
  process.off('warning', hear);
  warnings.length = 0;
  vi.restoreAllMocks();
});

describe('a callback that fails with every call', () => {
  test('is warned of once a minute', async () => {
    const call = unthrowing('Thing: isIt', fails, true);
    for (let i = 0; i < 1000; i++) expect(call()).toBe(true);
    expect(await warned()).toEqual(['Thing: isIt failed: boom']);
    nowMs += 59_999;
    call();
    expect(await warned()).toHaveLength(1);
    nowMs += 1;
    call();
    call();
    expect(await warned()).toHaveLength(2);
  });

  test('does not silence other callbacks, or the same callback of another owner', async () => {
    for (const what of ['a', 'b', 'a']) unthrowing(what, fails, 0)();
    expect(await warned()).toEqual(['a failed: boom', 'b failed: boom', 'a failed: boom']);
  });

  test.each(['isFailure', 'isFailedResult', 'onTransition'] as const)(
    'as the %s of a breaker does, is one warning',
    async name => {
      const { breaker } = breakerOf({ errorThreshold: 1, [name]: fails });
      for (let i = 0; i < 1000; i++) {
        await breaker.run(() => (name === 'isFailedResult' ? 1 : Promise.reject(BOOM))).catch(() => {});
        breaker.reset();
      }
      expect(await warned()).toEqual([`CircuitBreaker: ${name} failed: boom`]);
    },
  );
});

test('a rejection is warned of too, and nothing else waits for it', async () => {
  const call = unthrowing('Thing: isIt', () => Promise.reject(BOOM) as unknown as boolean, false);
  expect(call()).toBe(false);
  expect(await warned()).toEqual(['Thing: isIt failed: boom']);
});

test('a callback that does not fail is passed its arguments, and its answer is passed on', async () => {
  const sum = unthrowing('Thing: sum', (a: number, b: number) => a + b, 0);
  expect(sum(1, 2)).toBe(3);
  expect(await warned()).toEqual([]);
});

test.each([
  [undefined, 'undefined'],
  ['text', '"text"'],
  [Object.assign(new Error(), { message: 5 }), 'an object of Error'],
  [null, 'null'],
])('a warning tells what was thrown, whatever it is: %s', async (thrown, told) => {
  callbackWarning('Thing: isIt')(thrown);
  expect(await warned()).toEqual([`Thing: isIt failed: ${told}`]);
  expect(warnings[0]).toMatchObject({ name: 'BreakingWarning', code: 'BREAKING_CALLBACK_ERROR' });
});
