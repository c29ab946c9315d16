import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { asError, askTogether } from '../src/callback.js';

test('an error is returned unchanged, also from another realm', () => {
  for (const error of [new TypeError('broken'), runInNewContext('new Error("elsewhere")') as Error]) {
    expect(asError('rateLimit', error)).toBe(error);
  }
});

test('any other value becomes the cause of an error', () => {
  for (const thrown of [undefined, null, 'route', 0, { status: 404 }]) {
    const error = asError('rateLimit', thrown);
    expect(error.message).toMatch(/^rateLimit: a callback threw .* instead of an Error$/);
    expect(error.cause).toBe(thrown);
  }
});

test('callbacks that run together all start before the first one settles', async () => {
  const asked: string[] = [];
  const ask = (name: string) => async (req: string) => {
    asked.push(`${name} of ${req}`);
    return name;
  };
  const answers = askTogether([ask('a'), undefined, ask('c')], 'req');
  expect(asked).toEqual(['a of req', 'c of req']);
  expect(await answers).toEqual(['a', undefined, 'c']);
});

test('callbacks that return synchronously give a synchronous result', () => {
  expect(askTogether([() => 1, () => undefined, () => 3], 'req')).toEqual([1, undefined, 3]);
});

test('a callback that rejects after another has thrown is ignored', async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', hear);
  const broken = () => {
    throw new Error('thrown');
  };
  expect(() => askTogether([() => Promise.reject(new Error('rejected')), broken, undefined], 'req')).toThrow(
    'thrown',
  );
  await new Promise(resolve => setImmediate(resolve));
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});
