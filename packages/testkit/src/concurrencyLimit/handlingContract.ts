import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, sendOk } from '../adapterUnderTest.js';
import { limitedServer } from './limitedServer.js';

/** A place can be held until the handler has ended, if the framework reports that. */
export function handlingContract(adapter: AdapterUnderTest): void {
  if (!adapter.tellsHandled) {
    it('a concurrency limit does not have the option holdUntilHandled', async () => {
      await expect(limitedServer(adapter, { holdUntilHandled: true })).rejects.toThrow(
        /concurrencyLimit: unknown option "holdUntilHandled"/,
      );
    });
    return;
  }

  describe('holdUntilHandled of a concurrency limit', () => {
    it('keeps the place of a client that has left until the handler has ended', async () => {
      const server = await limitedServer(adapter, { holdUntilHandled: true });
      const { answer } = await server.abandoned();
      expect(await server.refuses()).toBe(true);
      answer();
      expect(await server.freeAgain()).toBe(0);
    });

    it('does so if the handler fails', async () => {
      let fail = (): void => {};
      const late = new Promise<void>((_, reject) => {
        fail = () => reject(new Error('boom'));
      });
      const server = await limitedServer(adapter, { holdUntilHandled: true }, { handler: () => late });
      const { abandon } = await server.served.abandoned();
      await abandon();
      expect(await server.refuses()).toBe(true);
      fail();
      expect(await server.freeAgain()).toBe(0);
    });

    it('changes nothing for a request that is answered', async () => {
      const server = await limitedServer(adapter, { holdUntilHandled: true }, { handler: sendOk });
      expect((await server.served.get()).status).toBe(200);
      expect(await server.freeAgain()).toBe(0);
    });

    it('does not wait for a handler that is not called', async () => {
      const server = await limitedServer(adapter, { holdUntilHandled: true });
      expect((await server.served.ask({ path: '/none' })).status).toBe(404);
      expect(await server.freeAgain()).toBe(0);
    });

    it('is true or false', async () => {
      await expect(limitedServer(adapter, { holdUntilHandled: 'yes' as never })).rejects.toThrow(
        /concurrencyLimit: holdUntilHandled must be true or false, got "yes"/,
      );
    });
  });
}
