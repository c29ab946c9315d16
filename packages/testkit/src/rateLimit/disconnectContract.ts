import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Outcome } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, Handler } from '../adapterUnderTest.js';
import { Held, turn, until, warned } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, upTo } from './limit.js';
import { Refunds } from './refunds.js';

/** Requests that are aborted, at any moment. */
export function disconnectContract(adapter: AdapterUnderTest): void {
  /** A limiter that refunds aborted requests, and records the outcomes that it receives. */
  const refundingAborts = (options: { keyOf?: () => Promise<string | undefined> } = {}) => {
    const outcomes: Outcome[] = [];
    const store = new Refunds();
    const gate = limit({
      ...upTo(3),
      name: 'api',
      store,
      ...options,
      refundWhen: outcome => {
        outcomes.push(outcome);
        return outcome.aborted;
      },
    });
    return { gate, outcomes, refunds: store.sizes };
  };
  const expectOneRefund = async ({ outcomes, refunds }: ReturnType<typeof refundingAborts>) => {
    await until(() => refunds.length > 0);
    await turn();
    expect({ outcomes, refunds }).toMatchObject({ outcomes: [{ aborted: true }], refunds: [1] });
    expect(outcomes[0]).not.toHaveProperty('status');
  };

  describe('a client that leaves', () => {
    test('before its key is known is refunded once, and affects no other client', async () => {
      const key = new Held<string>();
      const limiter = refundingAborts({ keyOf: () => key.promise });
      const served = await serve(adapter, { gates: [limiter.gate] });
      const { abandon } = await served.abandoned();
      await abandon();
      key.release('k');
      await expectOneRefund(limiter);
      expect((await served.get()).headers.ratelimit).toBe('"api";r=2;t=20');
    });

    test('before its address is known causes no warning about a missing address', async () => {
      const warnings = warned();
      const key = new Held<undefined>();
      const limiter = refundingAborts({ keyOf: () => key.promise });
      const served = await serve(adapter, { gates: [limiter.gate] });
      const { abandon } = await served.abandoned();
      await abandon();
      key.release(undefined);
      await expectOneRefund(limiter);
      expect(warnings).toEqual([]);
    });

    test('before its key fails affects no other client', async () => {
      const key = new Held<string>();
      const keyOf = () => key.promise.then(() => Promise.reject(new Error('broken')));
      const limiter = refundingAborts({ keyOf });
      const served = await serve(adapter, { gates: [limiter.gate] });
      const { abandon } = await served.abandoned();
      await abandon();
      key.release('k');
      await turn();
      expect((await served.get()).status).toBe(500);
      expect(limiter.outcomes).toEqual([]);
    });

    test('before it is refused affects no other client', async () => {
      const key = new Held<string>();
      const gate = limit({ ...upTo(1), keyOf: () => key.promise, costOf: () => 2 });
      const served = await serve(adapter, { gates: [gate] });
      const { abandon } = await served.abandoned();
      await abandon();
      key.release('k');
      await turn();
      expect((await served.get()).status).toBe(429);
    });

    const moments: readonly {
      readonly when: string;
      readonly handler: (gone: Promise<unknown>) => Handler;
    }[] = [
      {
        when: 'while the handler is at work',
        handler: gone => async io => {
          await gone;
          io.send(200, 'too late');
        },
      },
      { when: 'while the handler never answers', handler: () => io => io.hijack() },
      {
        when: 'while the response is written',
        handler: () => io => {
          io.hijack();
          io.res.writeHead(200).write('part of it');
        },
      },
      {
        when: 'while a stream is sent',
        handler: () => io => {
          io.stream(new Readable({ read() {} }).on('error', () => {}));
        },
      },
      {
        when: 'before the handler throws',
        handler: gone => async () => {
          await gone;
          throw Object.assign(new Error('bad'), { status: 400, statusCode: 400 });
        },
      },
    ];
    test.each(moments)('$when is refunded once', async ({ handler }) => {
      const gone = new Held();
      const limiter = refundingAborts();
      const served = await serve(adapter, { gates: [limiter.gate], handler: handler(gone.promise) });
      const { abandon } = await served.abandoned();
      await turn();
      await abandon();
      gone.release();
      await expectOneRefund(limiter);
    });

    testWhere(!adapter.answersWithResponse)(
      'while its answer waits for that of an earlier request on its connection is refunded once',
      async () => {
        const limiter = refundingAborts();
        let requests = 0;
        const handler: Handler = io => {
          requests++;
          if (requests === 1) io.hijack();
          else io.send(200, 'ok');
        };
        const served = await serve(adapter, { gates: [limiter.gate], handler });
        const { abandon } = await served.pipelined(3);
        await turn();
        await abandon();
        for (let turns = 0; turns < 5; turns++) await turn();
        expect(limiter.outcomes).toMatchObject([{ aborted: true }, { aborted: true }, { aborted: true }]);
        expect(limiter.refunds).toEqual([1, 1, 1]);
      },
    );

    test('after the response has finished is not an abort', async () => {
      const limiter = refundingAborts();
      const served = await serve(adapter, { gates: [limiter.gate] });
      const socket = served.connection();
      const received = once(served.server, 'request') as Promise<[unknown, ServerResponse]>;
      socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
      const [, res] = await received;
      if (!res.writableFinished) await once(res, 'finish');
      socket.destroy();
      await turn();
      expect(limiter).toMatchObject({ outcomes: [{ status: 200, aborted: false }], refunds: [] });
    });
  });

  describe('a response', () => {
    test('that the handler destroys without an error is an abort', async () => {
      const limiter = refundingAborts();
      const handler: Handler = io => {
        io.hijack();
        io.res.destroy();
      };
      const served = await serve(adapter, { gates: [limiter.gate], handler });
      await expect(served.get()).rejects.toThrow();
      await expectOneRefund(limiter);
    });

    testWhere(!adapter.answersWithResponse)('that the server breaks with an error is no abort', async () => {
      const limiter = refundingAborts();
      const broken = new Error('broken');
      const handler: Handler = io => {
        io.hijack();
        io.res.on('error', () => {}).destroy(broken);
      };
      const served = await serve(adapter, { gates: [limiter.gate], handler });
      await expect(served.get()).rejects.toThrow();
      await turn();
      expect(limiter).toMatchObject({ outcomes: [{ aborted: false, error: broken }], refunds: [] });
    });
  });
}
