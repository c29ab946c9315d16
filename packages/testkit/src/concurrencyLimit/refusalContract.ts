import { Overloaded } from '@breaking/core';
import type { Rejection } from '@breaking/http';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, refusalIn } from '../adapterUnderTest.js';
import { limitedServer, type Options } from './limitedServer.js';

const PROBLEM = { type: 'about:blank', title: 'Service Unavailable', status: 503 };

/** How a full limit answers instead of the handler, and the effect of the options. */
export function refusalContract(adapter: AdapterUnderTest): void {
  /** A server whose only place is taken, and the errors that the app's error handler receives. */
  const full = async (options: Partial<Options>) => {
    const errors: unknown[] = [];
    const server = await limitedServer(adapter, options, {
      errorHandler: (error, io) => {
        errors.push(error);
        io.send(418, 'mine');
      },
    });
    await server.underWay();
    return { server, errors };
  };

  describe('a full concurrency limit', () => {
    it('answers 503 with a problem, a Retry-After of 1, and a response that is not cached', async () => {
      const { server } = await full({});
      const { status, headers, body } = await server.served.get();
      expect(status).toBe(503);
      expect(headers).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'retry-after': '1',
      });
      expect(JSON.parse(body)).toEqual(PROBLEM);
      expect(server.handled).toBe(1);
    });

    it('admits as many requests as the limit, and another one when one has ended', async () => {
      const server = await limitedServer(adapter, { limit: 3 });
      const [first] = [await server.underWay(), await server.underWay(), await server.underWay()];
      expect(await server.refuses()).toBe(true);
      first.answer();
      expect(await server.freeAgain()).toBe(2);
    });

    it('with enforce false only publishes what it would have done', async () => {
      const { server } = await full({ enforce: false, name: 'shadow' });
      expect(await server.refuses()).toBe(false);
      expect(server.decisions).toEqual([
        { name: 'shadow', allowed: true, inFlight: 1, limit: 1 },
        { name: 'shadow', allowed: false, inFlight: 1, limit: 1 },
      ]);
    });

    it('with a share for enforce rejects a stable share of the keys', async () => {
      const server = await limitedServer(adapter, {
        enforce: 0.5,
        keyOf: req => adapter.headerOf(req, 'x-key'),
      });
      const keys = Array.from({ length: 20 }, (_, key) => ({ 'x-key': `${key}` }));
      for (const headers of keys) await server.underWay({ headers });
      const refusals = async () => {
        const all: boolean[] = [];
        for (const headers of keys) all.push(await server.refuses(headers));
        return all;
      };
      const first = await refusals();
      expect(new Set(first)).toEqual(new Set([true, false]));
      expect(await refusals()).toEqual(first);
    });

    it("passes an Overloaded to the app's error handler with rejectWith 'error'", async () => {
      const { server, errors } = await full({ rejectWith: 'error', name: 'api', problem: () => boomed() });
      expect(await server.served.get()).toMatchObject({ status: 418, body: 'mine' });
      expect(errors.map(each => refusalIn(adapter, each))).toEqual([expect.any(Overloaded)]);
      expect(errors[0]).toMatchObject({
        message: 'Overloaded: the concurrency limiter "api" is full',
        code: 'BREAKING_OVERLOADED',
        status: 503,
        statusCode: 503,
        retryAfterSecs: 1,
        headers: { 'Cache-Control': 'no-store', 'Retry-After': '1' },
      });
      expect(server.handled).toBe(1);
    });

    it("is sent by the framework's own error path with status and fields", async () => {
      const server = await limitedServer(adapter, { rejectWith: 'error' });
      await server.underWay();
      const { status, headers } = await server.served.get();
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    });

    it('has the body that problem makes from the refusal and the request', async () => {
      const rejections: Rejection[] = [];
      const { server } = await full({
        problem: async (rejection, req) => {
          rejections.push(rejection);
          return { ...rejection.problem, user: adapter.headerOf(req, 'x-user') };
        },
      });
      const { body } = await server.served.get({ 'X-User': 'alice' });
      expect(JSON.parse(body)).toEqual({ ...PROBLEM, user: 'alice' });
      expect(rejections).toMatchObject([{ status: 503, retryAfterSecs: 1, problem: PROBLEM }]);
    });

    it.each<[string, NonNullable<Options['problem']>]>([
      ['throws', () => boomed()],
      ['rejects', () => Promise.reject(new Error('boom'))],
      ['is nonsense', () => 503 as never],
    ])('takes the error path where problem %s, and lets nobody in', async (_how, problem) => {
      const { server, errors } = await full({ problem });
      expect((await server.served.get()).status).toBe(418);
      expect(errors).toEqual([expect.any(Error)]);
      expect(server.handled).toBe(1);
    });
  });

  describe('a wrong option of a concurrency limit stops the program', () => {
    it.each<[object, RegExp]>([
      [{ limit: 0 }, /concurrencyLimit: limit must be a whole number, at least 1, got 0/],
      [{ limit: undefined }, /concurrencyLimit: limit must be a number or 'adaptive', got undefined/],
      [{ limit: 5, max: 10 }, /concurrencyLimit: max is only for limit 'adaptive'/],
      [{ limit: 'adaptive', min: 10, max: 9 }, /concurrencyLimit: max must be .* got 9/],
      [
        { priorities: 2 },
        /concurrencyLimit: priorityOf and priorities of 2 or more must be set together, got priorities 2/,
      ],
      [
        { priorityOf: () => 1 },
        /concurrencyLimit: priorityOf and priorities of 2 or more must be set together/,
      ],
      [{ priorities: 0, priorityOf: () => 1 }, /concurrencyLimit: priorities must be .* got 0/],
      [{ keyOf: 'ip' }, /concurrencyLimit: keyOf must be a function, got "ip"/],
      [{ rejectWith: 'throw' }, /concurrencyLimit: rejectWith must be .* got "throw"/],
      [{ enforce: 0.1 }, /concurrencyLimit: enforce must be 0 or 1 without keyOf, got 0.1/],
      [{ key: 'a' }, /concurrencyLimit: unknown option "key"/],
      [{ maxInFlight: 5 }, /concurrencyLimit: unknown option "maxInFlight"/],
    ])('%j', async (options, message) => {
      await expect(limitedServer(adapter, options as never)).rejects.toThrow(message);
    });
  });
}

function boomed(): never {
  throw new Error('boom');
}
