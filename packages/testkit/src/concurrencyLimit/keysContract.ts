import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, sendOk } from '../adapterUnderTest.js';
import { limitedServer } from './limitedServer.js';

/** There is one limit for each key, high priorities have reserved places, and wrong keys and priorities are errors. */
export function keysContract(adapter: AdapterUnderTest): void {
  const keyOf = (req: unknown) => adapter.headerOf(req, 'x-tenant');
  const priorityOf = (req: unknown) => Number(adapter.headerOf(req, 'x-priority') ?? 0);
  const low = { 'x-priority': '0' };

  describe('a concurrency limit with keys', () => {
    it('has one limit for each key, and one for requests without a key', async () => {
      const server = await limitedServer(adapter, { keyOf });
      await server.underWay({ headers: { 'x-tenant': 'a' } });
      expect(await server.refuses({ 'x-tenant': 'a' })).toBe(true);
      expect(await server.refuses({ 'x-tenant': 'b' })).toBe(false);
      expect(await server.refuses()).toBe(false);
    });

    it('accepts a key from an asynchronous keyOf, and puts it in its messages', async () => {
      const server = await limitedServer(adapter, { keyOf: async req => keyOf(req), name: 'tenants' });
      await server.underWay({ headers: { 'x-tenant': '__proto__' } });
      expect(await server.refuses({ 'x-tenant': '__proto__' })).toBe(true);
      expect(await server.refuses()).toBe(false);
      expect(server.decisions).toEqual([
        { name: 'tenants', key: '__proto__', allowed: true, inFlight: 1, limit: 1 },
        { name: 'tenants', key: '__proto__', allowed: false, inFlight: 1, limit: 1 },
        { name: 'tenants', allowed: true, inFlight: 1, limit: 1 },
      ]);
    });

    it('sends errors of keyOf and wrong keys to the error path, takes no place, and continues to work', async () => {
      for (const wrong of [() => thrown(new Error('boom')), () => ({}), async () => true]) {
        let isWrong = true;
        const server = await limitedServer(
          adapter,
          { keyOf: () => (isWrong ? (wrong() as unknown as string) : undefined) },
          { handler: sendOk, errorHandler: (error, io) => io.send(500, (error as Error).message) },
        );
        const { status, body } = await server.served.get();
        expect(status).toBe(500);
        expect(body).toMatch(
          /^boom$|^concurrencyLimit\b.*: keyOf must return a string, .*, got (an object of Object|true)$/,
        );
        isWrong = false;
        expect(await server.freeAgain()).toBe(0);
      }
    });
  });

  describe('a concurrency limit with priorities', () => {
    it('reserves a quarter of its places for higher priorities', async () => {
      const server = await limitedServer(adapter, { limit: 4, priorities: 2, priorityOf });
      for (let requests = 0; requests < 3; requests++) await server.underWay({ headers: low });
      expect(await server.refuses(low)).toBe(true);
      await server.underWay({ headers: { 'x-priority': '1' } });
      expect(await server.refuses({ 'x-priority': '9' })).toBe(true);
    });

    it('accepts an asynchronous priorityOf', async () => {
      const server = await limitedServer(adapter, {
        limit: 4,
        priorities: 2,
        priorityOf: async req => priorityOf(req),
      });
      for (let requests = 0; requests < 3; requests++) await server.underWay({ headers: low });
      expect(await server.refuses(low)).toBe(true);
      expect(await server.refuses({ 'x-priority': '1' })).toBe(false);
    });

    it.each([-1, 0.5, Number.NaN, '1', undefined])(
      'goes to the error path when the priority is %s',
      async wrong => {
        let priority: unknown = wrong;
        const server = await limitedServer(
          adapter,
          { priorities: 2, priorityOf: () => priority as number },
          { handler: sendOk, errorHandler: (error, io) => io.send(500, (error as Error).message) },
        );
        const { status, body } = await server.served.get();
        expect(status).toBe(500);
        expect(body).toMatch(/^concurrencyLimit\b.*: priorityOf must be a/);
        priority = 1;
        expect(await server.freeAgain()).toBe(0);
      },
    );
  });
}

function thrown(value: unknown): never {
  throw value;
}
