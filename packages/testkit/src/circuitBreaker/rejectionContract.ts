import { CircuitBreaker, MockClock, TooManyErrors } from '@breaking/core';
import type { CircuitBreakerGateOptions, Rejection } from '@breaking/http';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, refusalIn, sendOk } from '../adapterUnderTest.js';
import { guardedServer } from './guardedServer.js';

type Options = CircuitBreakerGateOptions<unknown>;

/** The two options for how a refusal reaches the client, and a refusal that a handler throws itself. */
export function rejectionContract(adapter: AdapterUnderTest): void {
  /** A server with an open breaker, and the errors that the app's error handler receives. */
  const opened = async (options: Partial<Options>) => {
    const errors: unknown[] = [];
    const server = await guardedServer(adapter, sendOk, options, {
      errorHandler: (error, io) => {
        errors.push(error);
        io.send(418, 'mine');
      },
    });
    await server.open();
    return { server, errors };
  };

  describe("rejectWith 'error' of a circuit breaker", () => {
    it("passes a TooManyErrors to the app's error handler, with the name of the breaker in its message", async () => {
      const { server, errors } = await opened({ rejectWith: 'error', name: 'pay' });
      expect(await server.get()).toMatchObject({ status: 418, body: 'mine' });
      expect(server.handled).toBe(2);
      expect(errors.map(each => refusalIn(adapter, each))).toEqual([expect.any(TooManyErrors)]);
      expect(errors[0]).toMatchObject({
        message: 'Too many errors: the circuit breaker "pay" lets no call through',
        code: 'BREAKING_TOO_MANY_ERRORS',
        status: 503,
        statusCode: 503,
        retryAfterSecs: 10,
        headers: { 'Cache-Control': 'no-store', 'Retry-After': '10' },
      });
    });

    it("is sent by the framework's own error path with status and fields", async () => {
      const server = await guardedServer(adapter, sendOk, { rejectWith: 'error' });
      await server.open();
      server.clock.advanceBy(0.5);
      const { status, headers } = await server.get();
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'retry-after': '10', 'cache-control': 'no-store' });
      expect(server.handled).toBe(2);
    });

    it('has the fields of the rate limits that the request has passed', async () => {
      const server = await guardedServer(
        adapter,
        sendOk,
        {},
        {
          gates: clock => {
            const breaker: Options = { errorThreshold: 2, timeWindowSecs: 20, rejectWith: 'error', clock };
            return [
              { kind: 'rateLimit', options: { name: 'api', capacityMax: 10, restoreRateHz: 1, clock } },
              { kind: 'circuitBreaker', options: breaker },
            ];
          },
        },
      );
      await server.open();
      expect(await server.get()).toMatchObject({
        status: 503,
        headers: { ratelimit: '"api";r=7;t=7', 'ratelimit-policy': '"api";q=10;w=10', 'retry-after': '10' },
      });
    });

    it('is not a failure, however the app answers it: the breaker closes as usual', async () => {
      const { server } = await opened({ rejectWith: 'error' });
      for (let refused = 0; refused < 5; refused++) expect((await server.get()).status).toBe(418);
      server.clock.advanceBy(10);
      expect(await server.get()).toMatchObject({ status: 200, body: 'ok' });
      expect(server.outcomes.slice(2)).toEqual([...Array(5).fill('refused'), 'success']);
    });

    it('does not call problem', async () => {
      const { server, errors } = await opened({ rejectWith: 'error', problem: () => boomed() });
      await server.get();
      expect(errors.map(each => refusalIn(adapter, each))).toEqual([expect.any(TooManyErrors)]);
    });
  });

  describe('problem of a circuit breaker', () => {
    it('makes the body from the refusal and the request', async () => {
      const rejections: Rejection[] = [];
      const { server } = await opened({
        problem: async (rejection, req) => {
          rejections.push(rejection);
          return {
            ...rejection.problem,
            detail: 'closed for repairs',
            user: adapter.headerOf(req, 'x-user'),
          };
        },
      });
      const { status, headers, body } = await server.get({ 'X-User': 'alice' });
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '10' });
      expect(JSON.parse(body)).toEqual({
        type: 'about:blank',
        title: 'Service Unavailable',
        status: 503,
        detail: 'closed for repairs',
        user: 'alice',
      });
      const problem = { type: 'about:blank', title: 'Service Unavailable', status: 503 };
      expect(rejections).toMatchObject([{ ...problem, retryAfterSecs: 10, problem }]);
    });

    it('may be plain text', async () => {
      const { server } = await opened({ problem: () => 'Außer Betrieb' });
      const { status, headers, body } = await server.get();
      expect({ status, body }).toEqual({ status: 503, body: 'Außer Betrieb' });
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        'cache-control': 'no-store',
        'retry-after': '10',
      });
    });

    it.each<[string, NonNullable<Options['problem']>]>([
      ['throws', () => boomed()],
      ['rejects', () => Promise.reject(new Error('boom'))],
      ['is nonsense', () => 503 as never],
      ['is nonsense later', async () => undefined as never],
    ])('that %s reaches the error path, and nobody is let in', async (_how, problem) => {
      const { server, errors } = await opened({ problem });
      expect((await server.get()).status).toBe(418);
      expect(errors).toEqual([expect.any(Error)]);
      expect(server.handled).toBe(2);
      expect(server.outcomes).toEqual(['failure', 'failure', 'refused']);
    });
  });

  describe("a TooManyErrors of the handler's own", () => {
    it("has a Retry-After on the framework's own error path, without a gate", async () => {
      const breaker = new CircuitBreaker({
        errorThreshold: 1,
        timeWindowSecs: 3600,
        cooldownSecs: 1800,
        clock: new MockClock(),
      });
      breaker.trip();
      const upstream = breaker.wrap(async () => 'an answer');
      const server = await guardedServer(
        adapter,
        async io => io.send(200, await upstream()),
        {},
        { gates: () => [] },
      );
      const { status, headers } = await server.served.get();
      expect([status, headers['retry-after']]).toEqual([503, '1800']);
    });

    it('passes a gate unchanged, and counts as a failure there because of its status', async () => {
      const server = await guardedServer(adapter, () => Promise.reject(new TooManyErrors(7, 'upstream')));
      for (let calls = 0; calls < 2; calls++) {
        const { status, headers } = await server.get();
        expect([status, headers['retry-after']]).toEqual([503, '7']);
      }
      const { status, headers } = await server.get();
      expect([status, headers['retry-after']]).toEqual([503, '10']);
      expect(server.outcomes).toEqual(['failure', 'failure', 'refused']);
    });
  });
}

function boomed(): never {
  throw new Error('boom');
}
