import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { asError, rejectingWithErrors } from '../src/callback.js';

test('an error stays what it is, one of another realm too', async () => {
  for (const error of [new TypeError('broken'), runInNewContext('new Error("elsewhere")') as Error]) {
    expect(asError('rateLimit', error)).toBe(error);
    await expect(rejectingWithErrors('rateLimit', Promise.reject(error))).rejects.toBe(error);
  }
});

test('everything else becomes the cause of an error', async () => {
  for (const thrown of [undefined, null, 'route', 0, { status: 404 }]) {
    const error = asError('rateLimit', thrown);
    expect(error.message).toMatch(/^rateLimit: a callback threw what is no Error: /);
    expect(error.cause).toBe(thrown);
    await expect(rejectingWithErrors('rateLimit', Promise.reject(thrown))).rejects.toEqual(error);
  }
});

test('a promise that is kept gives what it gave', async () => {
  await expect(rejectingWithErrors('rateLimit', Promise.resolve(5))).resolves.toBe(5);
});
