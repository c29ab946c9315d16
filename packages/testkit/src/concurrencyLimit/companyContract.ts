import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, type GateUnderTest, sendOk } from '../adapterUnderTest.js';
import { breakerOutcomes, heard } from '../observed.js';
import { limitedServer } from './limitedServer.js';

/** A refusal by one gate takes nothing from the others. */
export function companyContract(adapter: AdapterUnderTest): void {
  const concurrency = (limit: number): GateUnderTest => ({ kind: 'concurrencyLimit', options: { limit } });

  describe('together with other gates, a concurrency limit', () => {
    it('in front of a rate limit refuses without taking a token', async () => {
      const rates = heard('breaking:rate_limit:decision');
      const server = await limitedServer(
        adapter,
        {},
        {
          gates: clock => [
            concurrency(1),
            { kind: 'rateLimit', options: { capacityMax: 9, restoreRateHz: 1, clock } },
          ],
        },
      );
      await server.underWay();
      const { status, headers } = await server.served.get();
      expect(status).toBe(503);
      expect(headers).not.toHaveProperty('ratelimit');
      expect(rates.length).toBe(1);
    });

    it('frees the place if a rate limit behind it refuses', async () => {
      const server = await limitedServer(
        adapter,
        {},
        {
          gates: clock => [
            concurrency(1),
            { kind: 'rateLimit', options: { capacityMax: 1, restoreRateHz: 1, clock } },
          ],
          handler: sendOk,
        },
      );
      const statuses: number[] = [];
      for (let requests = 0; requests < 5; requests++) {
        statuses.push((await server.served.get()).status);
        if (requests === 3) server.clock.advanceBy(1);
      }
      expect(statuses).toEqual([200, 429, 429, 429, 200]);
    });

    it('behind a circuit breaker refuses, and the breaker counts nothing', async () => {
      const outcomes = breakerOutcomes();
      const server = await limitedServer(
        adapter,
        {},
        {
          gates: clock => [
            {
              kind: 'circuitBreaker',
              options: { name: 'b', errorThreshold: 1, timeWindowSecs: 60, clock },
            },
            concurrency(1),
          ],
        },
      );
      const { answer } = await server.underWay();
      for (let requests = 0; requests < 3; requests++) expect(await server.refuses()).toBe(true);
      answer();
      expect(await server.freeAgain()).toBe(0);
      expect(outcomes().slice(0, 3)).toEqual(['b ignored', 'b ignored', 'b ignored']);
    });

    it('frees the place if a circuit breaker behind it refuses', async () => {
      const server = await limitedServer(
        adapter,
        {},
        {
          gates: clock => [
            concurrency(1),
            { kind: 'circuitBreaker', options: { errorThreshold: 1, timeWindowSecs: 60, clock } },
          ],
          handler: io => io.send(500, 'broken'),
        },
      );
      expect((await server.served.get()).status).toBe(500);
      const { headers } = await server.served.get();
      expect(headers['retry-after']).toBe('60');
      expect((await server.served.get()).headers['retry-after']).toBe('60');
    });

    it('behind a rate limit refunds the token that the limit took', async () => {
      const server = await limitedServer(
        adapter,
        {},
        {
          gates: clock => [
            { kind: 'rateLimit', options: { capacityMax: 3, restoreRateHz: 1e-6, clock } },
            concurrency(1),
          ],
        },
      );
      const { answer } = await server.underWay();
      for (let requests = 0; requests < 5; requests++) {
        expect((await server.served.get()).headers.ratelimit).toMatch(/r=1;/);
      }
      answer();
      expect(await server.freeAgain()).toBe(0);
    });

    it('like a circuit breaker, refunds tokens once, whatever refundWhen returns', async () => {
      const outer = { capacityMax: 9, restoreRateHz: 1e-6, refundWhen: () => true };
      const server = await limitedServer(
        adapter,
        {},
        {
          gates: clock => [
            { kind: 'rateLimit', options: { ...outer, costOf: () => 2, clock } },
            { kind: 'rateLimit', options: { name: 'free', ...outer, costOf: () => 0, clock } },
            { kind: 'circuitBreaker', options: { errorThreshold: 1, timeWindowSecs: 60, clock } },
          ],
          handler: io => io.send(500, 'broken'),
        },
      );
      await server.served.get();
      for (let requests = 0; requests < 5; requests++) {
        const { status, headers } = await server.served.get();
        expect(status).toBe(503);
        expect(headers.ratelimit).toMatch(/r=7;/);
      }
    });

    it('sends the fields of rate limits that the request has passed, as a refusal and as an error', async () => {
      for (const rejectWith of ['response', 'error'] as const) {
        const server = await limitedServer(
          adapter,
          {},
          {
            gates: clock => [
              { kind: 'rateLimit', options: { name: 'api', capacityMax: 10, restoreRateHz: 1, clock } },
              { kind: 'concurrencyLimit', options: { limit: 1, rejectWith } },
            ],
          },
        );
        await server.underWay();
        expect(await server.served.get()).toMatchObject({
          status: 503,
          headers: { ratelimit: '"api";r=8;t=8', 'ratelimit-policy': '"api";q=10;w=10', 'retry-after': '1' },
        });
      }
    });
  });
}
