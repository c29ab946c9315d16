import type { RateLimitOptions, RateLimitSettings } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { serve } from '../served.js';
import { limit, upTo } from './limit.js';

type Callback = 'keyOf' | 'costOf' | 'limitsOf' | 'skip';

const CALLBACKS: readonly Callback[] = ['keyOf', 'costOf', 'limitsOf', 'skip'];

/** Values that are not Errors. No framework may take one of them for "continue", or for a route. */
const NO_ERRORS = [undefined, null, false, 0, '', 'route', 'router', 'text', { status: 404 }];

const NONSENSE: readonly {
  readonly callback: Callback;
  readonly value: unknown;
  readonly message: RegExp;
}[] = [
  ...[true, {}, ['a'], Symbol('key')].map(value => {
    return {
      callback: 'keyOf' as const,
      value,
      message: /keyOf must return a string, a number or undefined, got /,
    };
  }),
  ...[-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map(value => {
    return { callback: 'costOf' as const, value, message: /costOf must be a whole number, at least 0, got / };
  }),
  ...[undefined, null, '1', 1n, {}].map(value => {
    return { callback: 'costOf' as const, value, message: /costOf must be a number, got / };
  }),
  ...[
    undefined,
    null,
    5,
    'paid',
    [],
    {},
    upTo(0),
    { capacityMax: 5 },
    { burst: null },
    { ...upTo(1), typo: 1 },
  ].map(value => ({
    callback: 'limitsOf' as const,
    value,
    message: /(limits|capacityMax|restoreRateHz).*(got|unknown) /,
  })),
];

/**
 * A callback that throws, rejects or returns a wrong value: the error goes to the framework's error path, and no token is
 * taken.
 */
export function brokenCallbacksContract(adapter: AdapterUnderTest): void {
  /** Sends requests to a server whose callback fails for the first one only. @returns the first response, and the buckets */
  const firstBroken = async (callback: Callback, broken: () => unknown) => {
    const errors: unknown[] = [];
    const working: RateLimitSettings<unknown> = {
      keyOf: () => 'k',
      costOf: () => 1,
      limitsOf: () => upTo(2),
      skip: () => false,
    };
    let requests = 0;
    const first = (...args: [unknown, string]) =>
      ++requests === 1 ? broken() : working[callback]?.(...args);
    const options = { ...upTo(2), ...working, [callback]: first } as RateLimitOptions<unknown>;
    let handled = 0;
    const served = await serve(adapter, {
      gates: [limit(options)],
      handler: io => {
        handled++;
        io.send(200, 'ok');
      },
      errorHandler: (error, io) => {
        errors.push(error);
        io.send(500, 'an error page');
      },
    });
    const { status, body } = await served.get();
    expect({ status, body, handled }).toEqual({ status: 500, body: 'an error page', handled: 0 });
    expect((await served.get()).headers.ratelimit).toBe('"default";r=1;t=10');
    expect(errors).toHaveLength(1);
    return errors[0];
  };

  describe.each(CALLBACKS)('a %s', callback => {
    test('that throws takes no token, and the framework handles its error', async () => {
      const thrown = new Error('broken');
      const broken = () => {
        throw thrown;
      };
      expect(await firstBroken(callback, broken)).toBe(thrown);
    });

    test('that rejects does the same', async () => {
      const thrown = new Error('broken');
      expect(await firstBroken(callback, () => Promise.reject(thrown))).toBe(thrown);
    });

    test('that throws something other than an Error lets no request pass', async () => {
      for (const thrown of NO_ERRORS) {
        const error = await firstBroken(callback, () => {
          throw thrown;
        });
        expect(error).toBeInstanceOf(Error);
        expect(error).toMatchObject({ cause: thrown });
      }
    });

    test('that rejects with something other than an Error lets no request pass', async () => {
      for (const thrown of NO_ERRORS) {
        const error = await firstBroken(callback, () => Promise.reject(thrown));
        expect(error).toBeInstanceOf(Error);
        expect(error).toMatchObject({ cause: thrown });
      }
    });

    test("that throws is answered by the framework's own error path, with the status of the error", async () => {
      const broken = () => {
        throw Object.assign(new Error('who are you?'), { status: 401, statusCode: 401, expose: true });
      };
      const served = await serve(adapter, { gates: [limit({ ...upTo(2), [callback]: broken })] });
      expect((await served.get()).status).toBe(401);
    });
  });

  describe('a wrong value', () => {
    test.each(NONSENSE)(
      'from $callback is a TypeError or RangeError that names it: $value',
      async nonsense => {
        const { callback, value, message } = nonsense;
        for (const answer of [() => value, async () => value]) {
          const error = await firstBroken(callback, answer);
          expect(error).toSatisfy(each => each instanceof TypeError || each instanceof RangeError);
          expect((error as Error).message).toMatch(message);
        }
      },
    );
  });
}
