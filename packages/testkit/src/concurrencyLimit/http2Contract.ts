import { constants } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, type Handler, sendOk } from '../adapterUnderTest.js';
import { heard, turn, until } from '../observed.js';
import { listenHttp2 } from '../servedHttp2.js';

const NO_LONGER_WANTED = constants.NGHTTP2_CANCEL;

/** HTTP/2 behaves the same, if the framework supports it: a reset stream is a client that has left. */
export function http2Contract({ mountHttp2 }: AdapterUnderTest): void {
  if (mountHttp2 === undefined) return;

  const limited = async (limit: number) => {
    const decisions = heard('breaking:concurrency_limit:decision');
    const now: { handler: Handler } = { handler: io => io.hijack() };
    const gate = { kind: 'concurrencyLimit' as const, options: { limit } };
    const served = await listenHttp2(await mountHttp2({ gates: [gate], handler: io => now.handler(io) }));
    /** How many requests are still under way when another one is admitted. */
    const freeAgain = async (client = served) => {
      now.handler = sendOk;
      await until(async () => {
        for (let turns = 0; turns < 5; turns++) await turn();
        return (await client.get()).status === 200;
      });
      return (decisions.at(-1)?.inFlight ?? 0) - 1;
    };
    return { served, freeAgain };
  };

  describe('over HTTP/2 a concurrency limit', () => {
    it('refuses with a 503, and frees the place when a stream is reset', async () => {
      const { served, freeAgain } = await limited(1);
      const stream = await served.received();
      const { status, headers } = await served.get();
      expect(status).toBe(503);
      expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '1' });
      stream.close(NO_LONGER_WANTED);
      expect(await freeAgain()).toBe(0);
    });

    it('frees all places when the connection breaks', async () => {
      const { served, freeAgain } = await limited(3);
      for (let requests = 0; requests < 3; requests++) await served.received();
      expect((await served.get()).status).toBe(503);
      await served.abandon();
      expect(await freeAgain(await served.reconnected())).toBe(0);
    });
  });
}
