import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, sendOk } from '../adapterUnderTest.js';
import { heard, warned } from '../observed.js';
import { fail, guardedServer } from './guardedServer.js';

/** How an open breaker answers instead of the handler, and the effect of its options. */
export function refusalContract(adapter: AdapterUnderTest): void {
  describe('an open circuit breaker', () => {
    it('calls no handler: it opens when errorThreshold requests have failed', async () => {
      const server = await guardedServer(adapter, fail);
      for (const status of [500, 500, 503, 503]) expect((await server.get()).status).toBe(status);
      expect(server.handled).toBe(2);
    });

    it('does not change the response that opens it', async () => {
      const server = await guardedServer(adapter, io => {
        io.setHeader('X-Own', 'yes');
        io.send(502, 'upstream is down');
      });
      const [first, second] = [await server.get(), await server.get()];
      expect({ ...second, headers: { ...second.headers, date: '' } }).toEqual({
        ...first,
        headers: { ...first.headers, date: '' },
      });
      expect(second).toMatchObject({ status: 502, body: 'upstream is down', headers: { 'x-own': 'yes' } });
      expect((await server.get()).status).toBe(503);
    });

    it('answers 503 with a problem, the wait rounded up, and a response that is not cached', async () => {
      const server = await guardedServer(adapter, sendOk);
      await server.open();
      server.clock.advanceBy(0.5);
      const { status, headers, body } = await server.get();
      expect(status).toBe(503);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['retry-after']).toBe('10');
      expect(JSON.parse(body)).toEqual({ type: 'about:blank', title: 'Service Unavailable', status: 503 });
    });

    it('with enforce false only publishes what it would have done', async () => {
      const transitions = heard('breaking:circuit_breaker:transition');
      const server = await guardedServer(adapter, fail, { enforce: false });
      for (let requests = 0; requests < 4; requests++) expect((await server.get()).status).toBe(500);
      expect(server.handled).toBe(4);
      expect(server.outcomes).toEqual(['failure', 'failure', 'refused', 'refused']);
      expect(transitions.map(({ from, to }) => [from, to])).toEqual([['closed', 'open']]);
    });

    it('with enforce false leaves responses unchanged, and closes as usual', async () => {
      const transitions = heard('breaking:circuit_breaker:transition');
      const server = await guardedServer(adapter, sendOk, { enforce: false, problem: () => boomed() });
      const before = await server.get();
      await server.open();
      const whileOpen = await server.get();
      expect({ ...whileOpen, headers: { ...whileOpen.headers, date: '' } }).toEqual({
        ...before,
        headers: { ...before.headers, date: '' },
      });
      server.clock.advanceBy(10);
      await server.get();
      expect(server.outcomes).toEqual(['success', 'failure', 'failure', 'refused', 'success']);
      expect(transitions.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed']);
    });

    it('refuses with enforce true and 1, and not with 0', async () => {
      for (const [enforce, status] of [
        [true, 503],
        [1, 503],
        [0, 500],
      ] as const) {
        const keyOf = typeof enforce === 'number' ? () => 'key' : undefined;
        const server = await guardedServer(adapter, fail, { enforce, keyOf, errorThreshold: 1 });
        expect((await server.get()).status).toBe(500);
        expect((await server.get()).status).toBe(status);
      }
    });

    it('with a share for enforce rejects a stable share of the keys', async () => {
      const server = await guardedServer(adapter, fail, {
        enforce: 0.5,
        errorThreshold: 1,
        keyOf: req => adapter.headerOf(req, 'x-key'),
      });
      const statuses = async () => {
        const all: number[] = [];
        for (let key = 0; key < 20; key++) all.push((await server.get({ 'x-key': `${key}` })).status);
        return all;
      };
      expect(new Set(await statuses())).toEqual(new Set([500]));
      const whileOpen = await statuses();
      expect(new Set(whileOpen)).toEqual(new Set([500, 503]));
      expect(await statuses()).toEqual(whileOpen);
    });

    it('reports transitions on the channel and to onTransition', async () => {
      const transitions = heard('breaking:circuit_breaker:transition');
      const told: unknown[] = [];
      const server = await guardedServer(adapter, sendOk, {
        name: 'pay',
        onTransition: message => void told.push(message),
      });
      await server.open();
      server.clock.advanceBy(10);
      await server.get();
      expect(transitions.map(({ from, to, reason }) => [from, to, reason])).toEqual([
        ['closed', 'open', 'tooManyErrors'],
        ['open', 'halfOpen', 'cooldownElapsed'],
        ['halfOpen', 'closed', 'probesSucceeded'],
      ]);
      expect(transitions[0]).toEqual({
        name: 'pay',
        from: 'closed',
        to: 'open',
        reason: 'tooManyErrors',
        retryAfterSecs: 10,
      });
      expect(told).toEqual(transitions);
    });

    it('warns of an onTransition that throws, and leaves the response unchanged', async () => {
      const warnings = warned();
      const server = await guardedServer(adapter, fail, {
        onTransition: () => {
          throw new Error('mine');
        },
      });
      for (const status of [500, 500, 503]) expect((await server.get()).status).toBe(status);
      expect(warnings.map(warning => warning.code)).toEqual(['BREAKING_CALLBACK_ERROR']);
    });
  });
}

function boomed(): never {
  throw new Error('boom');
}
