import { Readable } from 'node:stream';
import { TooManyErrors } from '@breaking/core';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, type Handler, sendOk } from '../adapterUnderTest.js';
import { warned } from '../observed.js';
import { testWhere } from '../testWhere.js';
import { fail, guardedServer, never } from './guardedServer.js';

const boom: Handler = () => {
  throw new Error('boom');
};

const notFound = Object.assign(new Error('no such thing'), { status: 404, statusCode: 404, expose: true });

/** Responses whose outcome follows from the response alone: title, handler, final status, outcome. */
const ANSWERS: readonly (readonly [string, Handler, number, string])[] = [
  ['a 200 is a success', sendOk, 200, 'success'],
  ['a 404 is a success: the service has answered', io => io.send(404, ''), 404, 'success'],
  ["a handler's own 429 is a success", io => io.send(429, ''), 429, 'success'],
  ['a 500 is a failure', fail, 500, 'failure'],
  ["a handler's own 503 is a failure", io => io.send(503, ''), 503, 'failure'],
  ['a thrown error is one failure', boom, 500, 'failure'],
  ['a rejection is one failure', () => Promise.reject(new Error('boom')), 500, 'failure'],
  ['a thrown 404 is no failure', () => Promise.reject(notFound), 404, 'success'],
  ["a handler's own TooManyErrors is a failure", () => Promise.reject(new TooManyErrors(1)), 503, 'failure'],
  ['a stream that ends is a success', io => io.stream(Readable.from(['a', 'b'])), 200, 'success'],
];

const hijack: Handler = io => {
  io.hijack();
  io.res.statusCode = 500;
  io.res.end('raw');
};

/** Which requests with a response a breaker counts as failures. */
export function countingContract(adapter: AdapterUnderTest): void {
  describe('for a circuit breaker', () => {
    testWhere(!adapter.answersWithResponse)('a hijacked response is judged by its final status', async () => {
      const server = await guardedServer(adapter, hijack);
      expect((await server.get()).status).toBe(500);
      expect(server.outcomes).toEqual(['failure']);
    });

    it.each(ANSWERS)('%s', async (_title, handler, status, outcome) => {
      const server = await guardedServer(adapter, handler);
      expect((await server.get()).status).toBe(status);
      expect(server.outcomes).toEqual([outcome]);
    });

    testWhere(!adapter.answersErrorsOutside)(
      'an error that the app answers with a 200 is no failure',
      async () => {
        const server = await guardedServer(
          adapter,
          boom,
          {},
          { errorHandler: (_error, io) => io.send(200, 'masked') },
        );
        expect(await server.get()).toMatchObject({ status: 200, body: 'masked' });
        expect(server.outcomes).toEqual(['success']);
      },
    );

    it('a refusal by a rate limit is neither success nor failure: the handler was not called', async () => {
      const server = await guardedServer(
        adapter,
        sendOk,
        {},
        {
          gates: clock => [
            { kind: 'circuitBreaker', options: { errorThreshold: 1, timeWindowSecs: 60, clock } },
            { kind: 'rateLimit', options: { capacityMax: 1, restoreRateHz: 0.001, clock } },
          ],
        },
      );
      for (const status of [200, 429, 429]) expect((await server.get()).status).toBe(status);
      expect(server.outcomes).toEqual(['success', 'ignored', 'ignored']);
    });

    it('a refusal by an inner breaker is neither success nor failure', async () => {
      const server = await guardedServer(
        adapter,
        fail,
        {},
        {
          gates: clock => [
            {
              kind: 'circuitBreaker',
              options: { name: 'outer', errorThreshold: 3, timeWindowSecs: 60, clock },
            },
            {
              kind: 'circuitBreaker',
              options: { name: 'inner', errorThreshold: 1, timeWindowSecs: 60, clock },
            },
          ],
        },
      );
      for (const status of [500, 503, 503, 503]) expect((await server.served.get()).status).toBe(status);
      await server.settled(8);
      expect(server.outcomesOf('outer')).toEqual(['failure', 'ignored', 'ignored', 'ignored']);
      expect(server.outcomesOf('inner')).toEqual(['failure', 'refused', 'refused', 'refused']);
    });

    it('its own refusals are not failures: they do not keep it open', async () => {
      const server = await guardedServer(adapter, sendOk);
      await server.open();
      for (let refused = 0; refused < 5; refused++) expect((await server.get()).status).toBe(503);
      server.clock.advanceBy(10);
      expect((await server.get()).status).toBe(200);
    });

    it('isFailure decides what a failure is, by the outcome and the request', async () => {
      const server = await guardedServer(adapter, io => io.send(404, ''), {
        isFailure: ({ status }, req) => status === 404 && adapter.headerOf(req, 'x-strict') === 'yes',
      });
      await server.get();
      await server.get({ 'x-strict': 'yes' });
      expect(server.outcomes).toEqual(['success', 'failure']);
    });

    it('isFailure may be asynchronous', async () => {
      const server = await guardedServer(adapter, sendOk, {
        isFailure: async ({ status }) => status === 200,
      });
      await server.get();
      expect(server.outcomes).toEqual(['failure']);
    });

    it.each([
      ['throws', () => boomed()],
      ['rejects', () => Promise.reject(new Error('boom'))],
      ['rejects with what cannot be shown as text', () => Promise.reject(Object.create(null))],
    ])(
      'an isFailure that %s is a failure, warns, and leaves the answer unharmed',
      async (_how, isFailure) => {
        const warnings = warned();
        const server = await guardedServer(adapter, sendOk, { isFailure });
        expect(await server.get()).toMatchObject({ status: 200, body: 'ok' });
        expect(server.outcomes).toEqual(['failure']);
        expect(warnings.map(warning => warning.code)).toEqual(['BREAKING_CALLBACK_ERROR']);
      },
    );

    it('an aborted request is a failure if isFailure returns true', async () => {
      const server = await guardedServer(adapter, never, { isFailure: ({ aborted }) => aborted });
      await server.abandoned();
      await server.settled(1);
      expect(server.outcomes).toEqual(['failure']);
    });
  });
}

function boomed(): never {
  throw new Error('boom');
}
