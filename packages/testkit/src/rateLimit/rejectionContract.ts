import { StoreUnavailable, TooManyRequests } from '@breaking/core';
import type { RateLimitOptions, RateLimitSettings, Rejection } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import { type AdapterUnderTest, refusalIn } from '../adapterUnderTest.js';
import { warned } from '../observed.js';
import { serve } from '../served.js';
import { limit, upTo } from './limit.js';

const FULL = { ...upTo(2), costOf: () => 2 };

/** The two options for how a refusal reaches the client. */
export function rejectionContract(adapter: AdapterUnderTest): void {
  /** The error that the app's error handler receives for a refusal. */
  const raised = async (options: RateLimitOptions<unknown>) => {
    const errors: unknown[] = [];
    const served = await serve(adapter, {
      gates: [limit({ ...options, rejectWith: 'error' })],
      errorHandler: (error, io) => {
        errors.push(error);
        io.send(418, 'custom');
      },
    });
    await served.get();
    const answer = await served.get();
    return { answer, errors };
  };

  describe("rejectWith 'error'", () => {
    test("passes a TooManyRequests to the app's error handler", async () => {
      const { answer, errors } = await raised(FULL);
      expect(answer).toMatchObject({ status: 418, body: 'custom' });
      expect(errors).toHaveLength(1);
      expect(refusalIn(adapter, errors[0])).toBeInstanceOf(TooManyRequests);
      expect(errors[0]).toMatchObject({
        code: 'BREAKING_TOO_MANY_REQUESTS',
        status: 429,
        statusCode: 429,
        retryAfterSecs: 20,
        decision: { allowed: false, violated: ['default'] },
        headers: {
          'Cache-Control': 'no-store',
          'Retry-After': '20',
          RateLimit: '"default";r=0;t=20',
          'RateLimit-Policy': '"default";q=2;w=20',
        },
      });
    });

    test("is sent by the framework's own error path with status and fields", async () => {
      const served = await serve(adapter, { gates: [limit({ ...FULL, rejectWith: 'error' })] });
      expect((await served.get()).status).toBe(200);
      const { status, headers } = await served.get();
      expect(status).toBe(429);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'retry-after': '20',
        ratelimit: '"default";r=0;t=20',
        'ratelimit-policy': '"default";q=2;w=20',
      });
    });

    test('has the fields of the limiters before it too', async () => {
      const gates = [limit({ ...upTo(9), name: 'app' }), limit({ ...FULL, rejectWith: 'error' })];
      const served = await serve(adapter, { gates });
      await served.get();
      expect((await served.get()).headers.ratelimit).toBe('"app";r=7;t=70, "default";r=0;t=20');
    });

    test('passes on a StoreUnavailable if the store gave no answer', async () => {
      const warnings = warned();
      const store = {
        check: () => {
          throw new Error('down');
        },
        peek: () => undefined as never,
        refund: () => {},
        reset: () => {},
      };
      const { errors } = await raised({ ...upTo(1), name: 'api', store, onStoreError: 'deny' });
      expect(refusalIn(adapter, errors[0])).toBeInstanceOf(StoreUnavailable);
      expect(errors[0]).toMatchObject({ status: 503, statusCode: 503, headers: { 'Retry-After': '1' } });
      expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_STORE_FAILS']);
    });

    test('does not call problem', async () => {
      const problem = () => {
        throw new Error('was asked');
      };
      const { errors } = await raised({ ...FULL, problem });
      expect(refusalIn(adapter, errors[0])).toBeInstanceOf(TooManyRequests);
    });
  });

  describe('problem', () => {
    const refused = async (problem: NonNullable<RateLimitSettings<unknown>['problem']>) => {
      const served = await serve(adapter, { gates: [limit({ ...FULL, problem })] });
      await served.get({ 'X-User': 'alice' });
      return served.get({ 'X-User': 'alice' });
    };

    test('makes the body from the refusal and the request', async () => {
      const rejections: Rejection[] = [];
      const { status, headers, body } = await refused((rejection, req) => {
        rejections.push(rejection);
        return { ...rejection.problem, title: 'Slow down', user: adapter.headerOf(req, 'x-user') };
      });
      expect(status).toBe(429);
      expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '20' });
      expect(JSON.parse(body)).toEqual({
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        title: 'Slow down',
        status: 429,
        'violated-policies': ['default'],
        user: 'alice',
      });
      expect(rejections).toMatchObject([
        { status: 429, retryAfterSecs: 20, decision: { violated: ['default'] } },
      ]);
    });

    test('may be asynchronous', async () => {
      expect((await refused(async () => ({ title: 'später' }))).body).toBe('{"title":"später"}');
    });

    test('may be plain text', async () => {
      const { status, headers, body } = await refused(() => 'Zu viele Anfragen: später wieder');
      expect({ status, body }).toEqual({ status: 429, body: 'Zu viele Anfragen: später wieder' });
      expect(headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    });

    const circular: Record<string, unknown> = {};
    circular.self = circular;
    test.each([
      undefined,
      null,
      5,
      true,
      () => {},
      Symbol('x'),
      circular,
      { n: 1n },
      { toJSON: () => undefined },
    ])('that returns a wrong value reaches the error path, and lets no request pass: %o', async nonsense => {
      for (const problem of [() => nonsense as object, async () => nonsense as object]) {
        const { errors, answer } = await refusedBy(problem);
        expect(answer.status).toBe(500);
        expect(errors).toMatchObject([{ message: expect.stringMatching(/problem/) }]);
        expect(errors[0]).toBeInstanceOf(TypeError);
      }
    });

    test('that throws or rejects reaches the error path, and lets no request pass', async () => {
      const thrown = new Error('broken');
      const throws = () => {
        throw thrown;
      };
      for (const problem of [throws, () => Promise.reject(thrown)]) {
        const { errors, answer } = await refusedBy(problem);
        expect({ status: answer.status, errors }).toEqual({ status: 500, errors: [thrown] });
      }
    });

    const refusedBy = async (problem: NonNullable<RateLimitSettings<unknown>['problem']>) => {
      const errors: unknown[] = [];
      const served = await serve(adapter, {
        gates: [limit({ ...upTo(1), costOf: () => 2, problem })],
        errorHandler: (error, io) => {
          errors.push(error);
          io.send(500, 'an error page');
        },
      });
      return { answer: await served.get(), errors };
    };
  });
}
