import { MockClock, perDay, perMinute, perSecond } from '@breaking/core';
import type { Outcome } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, Io } from '../adapterUnderTest.js';
import { until } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, upTo } from './limit.js';

const TYPE = 'https://iana.org/assignments/http-problem-types#quota-exceeded';
const TITLE = 'Request cannot be satisfied as assigned quota has been exceeded';

/** Which requests are admitted, and the response to those that are not. */
export function refusalContract(adapter: AdapterUnderTest): void {
  describe('admission', () => {
    test('lets a burst of capacityMax through, and no more', async () => {
      const served = await serve(adapter, { gates: [limit(upTo(3))] });
      const statuses = [];
      for (let i = 0; i < 5; i++) statuses.push((await served.get()).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
    });

    test('lets one request through for each restored token, exactly on time', async () => {
      const clock = new MockClock(1000);
      const served = await serve(adapter, { gates: [limit({ ...upTo(1), clock })] });
      const statusAfter = async (secs: number) => {
        clock.advanceBy(secs);
        return (await served.get()).status;
      };
      expect(await statusAfter(0)).toBe(200);
      expect(await statusAfter(9.9)).toBe(429);
      expect(await statusAfter(0.1)).toBe(200);
      expect(await statusAfter(0)).toBe(429);
    });

    test('a client that waits as long as Retry-After says is admitted', async () => {
      const clock = new MockClock(1000);
      const served = await serve(adapter, { gates: [limit({ ...perMinute(7, { burst: 2 }), clock })] });
      for (let refused = 0; refused < 5; ) {
        const { status, headers } = await served.get();
        if (status === 200) continue;
        refused++;
        clock.advanceBy(Number(headers['retry-after']));
        expect((await served.get()).status).toBe(200);
      }
    });

    test('a refused request takes nothing from any limit', async () => {
      const limits = { burst: upTo(1), daily: perDay(5) };
      const served = await serve(adapter, { gates: [limit({ limits })] });
      await served.get();
      for (let i = 0; i < 3; i++) {
        expect((await served.get()).headers.ratelimit).toMatch(/"burst";r=0;t=10, "daily";r=4;/);
      }
    });

    test('the handler of a refused request is not called', async () => {
      let calls = 0;
      const served = await serve(adapter, {
        gates: [limit(upTo(1))],
        handler: io => {
          calls++;
          io.send(200, 'ok');
        },
      });
      await served.get();
      await served.get();
      expect(calls).toBe(1);
    });

    test('the response of the handler is not changed', async () => {
      const served = await serve(adapter, {
        gates: [limit(upTo(5))],
        handler: io => {
          io.setHeader('X-Own', 'kept');
          io.send(418, 'a teapot');
        },
      });
      const { status, headers, body } = await served.get();
      expect({ status, body, own: headers['x-own'] }).toEqual({
        status: 418,
        body: 'a teapot',
        own: 'kept',
      });
    });
  });

  describe('a 429', () => {
    test('is a problem that names the limits that refused', async () => {
      const limits = { burst: upTo(1), hourly: upTo(1), daily: perDay(5) };
      const served = await serve(adapter, { gates: [limit({ limits })] });
      await served.get();
      const { status, headers, body } = await served.get();
      expect(status).toBe(429);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(body).toBe(
        `{"type":"${TYPE}","title":"${TITLE}","status":429,"violated-policies":["burst","hourly"]}`,
      );
      expect(headers['content-length']).toBe(String(body.length));
    });

    test('must not be cached', async () => {
      const served = await serve(adapter, { gates: [limit(upTo(1))] });
      expect((await served.get()).headers['cache-control']).toBeUndefined();
      expect((await served.get()).headers['cache-control']).toBe('no-store');
    });

    test.each([
      { of: 'a tenth of a second', secs: 0.1, field: '1' },
      { of: 'exactly a minute', secs: 60, field: '60' },
      { of: 'a minute and rounding noise', secs: 60 * (1 + 2e-16), field: '60' },
      { of: 'a little more than a minute', secs: 60.001, field: '61' },
      { of: 'two days', secs: 172_800, field: '172800' },
    ])('rounds $of up in Retry-After', async ({ secs, field }) => {
      const served = await serve(adapter, { gates: [limit({ capacityMax: 1, restoreRateHz: 1 / secs })] });
      await served.get();
      expect((await served.get()).headers['retry-after']).toBe(field);
    });

    test('has the longest wait of the limits that refused', async () => {
      const limits = { short: upTo(1), long: perMinute(1), other: perDay(9) };
      const served = await serve(adapter, { gates: [limit({ limits })] });
      await served.get();
      expect((await served.get()).headers['retry-after']).toBe('60');
    });

    test('has no Retry-After if waiting cannot help', async () => {
      const served = await serve(adapter, { gates: [limit({ ...upTo(2), costOf: () => 3 })] });
      const { status, headers } = await served.get();
      expect(status).toBe(429);
      expect(headers).not.toHaveProperty('retry-after');
    });

    test('answers HEAD without a body, and with all of its fields', async () => {
      const served = await serve(adapter, { gates: [limit({ ...upTo(2), costOf: () => 3 })] });
      const get = await served.get();
      const head = await served.ask({ method: 'HEAD' });
      expect({ status: head.status, body: head.body }).toEqual({ status: 429, body: '' });
      for (const name of [
        'content-type',
        'content-length',
        'cache-control',
        'ratelimit',
        'ratelimit-policy',
      ]) {
        expect(head.headers[name]).toBe(get.headers[name]);
      }
    });

    test('keeps the connection for the next request', async () => {
      const clock = new MockClock(1000);
      const served = await serve(adapter, { gates: [limit({ ...perSecond(1), clock })] });
      let connections = 0;
      served.server.on('connection', () => connections++);
      for (let i = 0; i < 3; i++) {
        await served.get();
        expect((await served.ask({ method: 'POST' })).status).toBe(429);
        clock.advanceBy(1);
      }
      expect(connections).toBe(1);
    });

    testWhere(!adapter.answersWithResponse).each(['response', 'error'] as const)(
      'as %s that comes after something else has answered changes nothing',
      async rejectWith => {
        const outcomes: Outcome[] = [];
        const errors: unknown[] = [];
        let io: Io | undefined;
        const outer = limit({
          ...upTo(9),
          name: 'outer',
          refundWhen: outcome => {
            outcomes.push(outcome);
            return false;
          },
        });
        const late = limit({
          ...upTo(1),
          rejectWith,
          costOf: () => 2,
          keyOf: async () => {
            io?.hijack();
            io?.res.writeHead(204, { 'x-by': 'another' }).end();
            return 'k';
          },
        });
        const served = await serve(adapter, {
          gates: [outer, late],
          beforeEachGate: of => {
            io = of;
          },
          errorHandler: error => void errors.push(error),
        });
        const { status, headers } = await served.get();
        expect({ status, by: headers['x-by'] }).toEqual({ status: 204, by: 'another' });
        await until(() => outcomes.length > 0);
        expect(outcomes).toMatchObject([{ status: 204, aborted: false }]);
        expect(errors).toEqual([]);
        expect(io?.res.statusCode).toBe(204);
        expect(await served.statuses('/')).toEqual([204]);
      },
    );
  });
}
