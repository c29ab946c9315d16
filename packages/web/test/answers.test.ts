import { MockClock, perMinute } from '@breaking/core';
import { guard } from '@breaking/web';
import { describe, expect, test } from 'vitest';

const request = (init: RequestInit = {}) => new Request('http://localhost/', init);
const rateLimit = () => ({ ...perMinute(2), keyOf: () => 'k', clock: new MockClock() });
const FIELD = '"default";r=1;t=30';

/** A response behind a limit, and optionally a gate that waits for its end. */
const guarded = (response: Response, waits = false) =>
  guard(() => response, {
    rateLimit: rateLimit(),
    ...(waits && { concurrencyLimit: { limit: 1 } }),
  })(request());

/** A Response with immutable headers, as those of `fetch` have. */
const immutable = (init: ResponseInit = {}, body = 'text') => {
  const response = new Response(body, init);
  const refuse = () => {
    throw new TypeError('immutable');
  };
  return Object.defineProperty(response, 'headers', {
    value: Object.assign(new Headers(response.headers), { set: refuse, append: refuse }),
  });
};

describe('the fields of a limit', () => {
  test("are set on the handler's own Response, whose body is unchanged", async () => {
    const own = new Response('text');
    const answer = await guarded(own);
    expect(answer).toBe(own);
    expect(answer.headers.get('ratelimit')).toBe(FIELD);
  });

  test.each([false, true])(
    'are set on a copy where it cannot be changed: with status, text, and every Set-Cookie (waited for: %s)',
    async waits => {
      const headers = new Headers([
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['Content-Type', 'text/x-own'],
      ]);
      const answer = await guarded(immutable({ status: 201, statusText: 'Made', headers }), waits);
      expect([answer.status, answer.statusText, answer.headers.getSetCookie()]).toEqual([
        201,
        'Made',
        ['a=1', 'b=2'],
      ]);
      expect(answer.headers.get('content-type')).toBe('text/x-own');
      expect(answer.headers.get('ratelimit')).toBe(FIELD);
      expect(await answer.text()).toBe('text');
    },
  );

  test('are set on redirects, which cannot be changed', async () => {
    const answer = await guarded(Response.redirect('http://localhost/other', 303));
    expect([answer.status, answer.headers.get('location'), answer.headers.get('ratelimit')]).toEqual([
      303,
      'http://localhost/other',
      FIELD,
    ]);
  });

  test.each([
    ['a network error', () => Response.error()],
    [
      'one that switches protocols',
      () => Object.defineProperty(new Response(null), 'status', { value: 101 }),
    ],
    [
      'one whose body somebody reads',
      () => {
        const response = new Response('text');
        response.body?.getReader();
        return response;
      },
    ],
  ])('are not set on %s', async (_what, make) => {
    for (const waits of [false, true]) {
      const own = make();
      const before = [...own.headers];
      const answer = await guarded(own, waits);
      expect(answer).toBe(own);
      expect([...answer.headers]).toEqual(before);
    }
  });
});
