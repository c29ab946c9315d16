import { describe, expect, it } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { type LimitedServer, limitedServer, type UnderWay } from './limitedServer.js';

/** Which requests are samples of the latency for an adaptive limit. */
export function latencyContract(adapter: AdapterUnderTest): void {
  /** Fills a limit of five several times. Each time, the requests end in the same way after a tenth of a second. */
  const rounds = async (server: LimitedServer, end: (all: readonly UnderWay[]) => Promise<unknown>) => {
    for (let round = 0; round < 6; round++) {
      const all: UnderWay[] = [];
      for (let requests = 0; requests < 5; requests++) all.push(await server.underWay());
      server.clock.advanceBy(0.2);
      await end(all);
      await server.freeAgain();
    }
    return server.decisions.at(-1)?.limit;
  };
  const adaptive = () => limitedServer(adapter, { limit: 'adaptive', max: 7 });

  describe('an adaptive concurrency limit', () => {
    it('grows while it is used and latency does not rise', async () => {
      const server = await adaptive();
      expect(await rounds(server, answered)).toBe(7);
    });

    it('counts the time until a client leaves as the latency of its request', async () => {
      const server = await adaptive();
      expect(await rounds(server, left)).toBe(7);
    });

    it('ignores the durations of failures', async () => {
      const server = await adaptive();
      expect(await rounds(server, failed)).toBe(5);
    });
  });
}

async function ended(all: readonly UnderWay[], end: (one: UnderWay) => void): Promise<void> {
  const closed = all.map(({ io }) => new Promise(resolve => io.res.once('close', resolve)));
  for (const one of all) end(one);
  await Promise.all(closed);
}

const answered = (all: readonly UnderWay[]) => ended(all, one => one.answer());

const left = (all: readonly UnderWay[]) => ended(all, one => one.sent.destroy());

const failed = (all: readonly UnderWay[]) => ended(all, one => one.answer(500));
