import type { Outcome } from '@breaking/http';
import { describe, expect, it } from 'vitest';
import type { AdapterUnderTest, Handler, Scenario } from '../adapterUnderTest.js';
import { turn } from '../observed.js';
import { testWhere } from '../testWhere.js';
import { guardedServer } from './guardedServer.js';

/** What `isFailure` receives if a handler throws and the framework reports it, and how errors count by default. */
export function errorsContract(adapter: AdapterUnderTest): void {
  const told = (error: unknown) => (adapter.tellsErrors ? { error } : {});

  /** A server with a breaker with default options, and the outcomes that it recorded. */
  async function judging(handler: Handler, errorHandler?: Scenario['errorHandler']) {
    const outcomes: Outcome[] = [];
    const isFailure = (outcome: Outcome) => {
      outcomes.push(outcome);
      return outcome.status === undefined ? !outcome.aborted : outcome.status >= 500;
    };
    const server = await guardedServer(adapter, handler, { isFailure }, errorHandler && { errorHandler });
    return { server, outcomes };
  }

  describe('if a handler throws, isFailure of a circuit breaker', () => {
    it.each<[string, (error: Error) => ReturnType<Handler>]>([
      ['thrown', error => thrown(error)],
      ['rejected with', error => Promise.reject(error)],
    ])('is told the very one that was %s, and the final status', async (_how, handler) => {
      const error = new Error('boom');
      const { server, outcomes } = await judging(() => handler(error));
      expect((await server.get()).status).toBe(500);
      expect(outcomes).toEqual([{ status: 500, aborted: false, durationSecs: 0, ...told(error) }]);
      expect(outcomes[0]?.error).toBe(adapter.tellsErrors ? error : undefined);
    });

    it('receives an error that is answered with a 404', async () => {
      const error = Object.assign(new Error('gone'), { status: 404, statusCode: 404, expose: true });
      const { server, outcomes } = await judging(() => Promise.reject(error));
      expect((await server.get()).status).toBe(404);
      expect(outcomes).toEqual([{ status: 404, aborted: false, durationSecs: 0, ...told(error) }]);
      expect(server.outcomes).toEqual(['success']);
    });

    const inside = testWhere(!adapter.answersErrorsOutside);

    inside('is told one that the app answers with a 200, and may count that', async () => {
      const error = new Error('boom');
      const outcomes: Outcome[] = [];
      const isFailure = (outcome: Outcome) => outcomes.push(outcome) > 0 && outcome.error !== undefined;
      const server = await guardedServer(
        adapter,
        () => Promise.reject(error),
        { isFailure },
        { errorHandler: (_error, io) => io.send(200, 'masked') },
      );
      expect((await server.get()).status).toBe(200);
      expect(outcomes).toEqual([{ status: 200, aborted: false, durationSecs: 0, ...told(error) }]);
      expect(server.outcomes).toEqual([adapter.tellsErrors ? 'failure' : 'success']);
    });

    inside.each([
      [{}, 'a failure'],
      [{ status: 503 }, 'a failure'],
      [{ statusCode: 500 }, 'a failure'],
      [{ status: 404 }, 'an abort'],
      [{ statusCode: 404 }, 'an abort'],
      [{ status: 'gone' }, 'a failure'],
    ])('is told one whose client has gone before it was answered: with %j it is %s', async (asked, kind) => {
      const error = Object.assign(new Error('boom'), asked);
      const { server, outcomes } = await judging(
        () => Promise.reject(error),
        (_error, io) => io.hijack(),
      );
      await server.abandoned();
      await server.settled(1);
      const isFailure = adapter.tellsErrors && kind === 'a failure';
      expect(outcomes).toEqual([{ aborted: !isFailure, durationSecs: 0, ...told(error) }]);
      expect(server.outcomes).toEqual([isFailure ? 'failure' : 'ignored']);
    });

    testWhere(!adapter.answersWithResponse)(
      'counts a response that an error broke as a failure, where the framework tells and leaves the answer broken',
      async () => {
        const { server, outcomes } = await judging(async io => {
          io.res.write('the first part');
          throw new Error('boom');
        });
        const sent = server.served.open().on('error', () => {});
        // Koa leaves such a response open, so the client has to abort.
        sent.on('response', response => response.on('error', () => {}).on('data', () => sent.destroy()));
        await server.settled(1);
        for (let turns = 0; turns < 5; turns++) await turn();
        const isFailure = adapter.tellsErrors && !adapter.endsBrokenAnswers;
        expect(outcomes).toMatchObject([{ aborted: !adapter.tellsErrors }]);
        expect(server.outcomes).toEqual([isFailure ? 'failure' : 'success']);
      },
    );

    it('receives no error if nothing was thrown', async () => {
      const { server, outcomes } = await judging(io => io.send(500, ''));
      await server.get();
      expect(Object.keys(outcomes[0] ?? {})).toEqual(['status', 'aborted', 'durationSecs']);
    });
  });
}

function thrown(error: Error): never {
  throw error;
}
