import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { errorsOnly } from '../src/errorsOnly.js';

const throwing = (thrown: unknown) => () => {
  throw thrown;
};

describe('errorsOnly', () => {
  test('hands on what a step gives, at once or later', async () => {
    expect(errorsOnly('rateLimit', () => 5)).toBe(5);
    await expect(errorsOnly('rateLimit', async () => 5)).resolves.toBe(5);
  });

  test('hands on errors, those of another realm too', async () => {
    for (const error of [new TypeError('broken'), runInNewContext('new Error("elsewhere")') as Error]) {
      expect(() => errorsOnly('rateLimit', throwing(error))).toThrow(error);
      await expect(errorsOnly('rateLimit', () => Promise.reject(error))).rejects.toBe(error);
    }
  });

  test('makes an error of everything else, and keeps that as its cause', async () => {
    for (const thrown of [undefined, null, 'route', 0, { status: 404 }]) {
      const error = expect.objectContaining({
        message: expect.stringMatching(/^rateLimit: a callback threw what is no Error: /),
        cause: thrown,
      });
      expect(() => errorsOnly('rateLimit', throwing(thrown))).toThrow(error);
      await expect(errorsOnly('rateLimit', () => Promise.reject(thrown))).rejects.toEqual(error);
    }
  });
});
