import type { Decision } from '@breaking/core';
import type { RateLimitSettings, Rejection } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { turn, warned } from '../observed.js';
import { serve } from '../served.js';
import { limit, upTo } from './limit.js';

const PROBLEM = {
  type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  title: 'Request cannot be satisfied as assigned quota has been exceeded',
  status: 429,
  'violated-policies': ['default'],
};

/** The bodies of refusals, and the callback for refusals. */
export function bodiesContract(adapter: AdapterUnderTest): void {
  const refused = async (options: RateLimitSettings<unknown>) => {
    const served = await serve(adapter, { gates: [limit({ ...upTo(1), costOf: () => 2, ...options })] });
    return served.get({ 'X-User': 'ada' });
  };

  describe('problem', () => {
    test('that spreads the refusal sends the problem with its additions, and nothing else', async () => {
      const { headers, body } = await refused({ problem: rejection => ({ ...rejection, code: 17 }) });
      expect(headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(body)).toEqual({ ...PROBLEM, code: 17 });
    });

    test('that returns the refusal unchanged sends the problem', async () => {
      for (const problem of [(told: Rejection) => told, (told: Rejection) => told.problem]) {
        expect(JSON.parse((await refused({ problem })).body)).toEqual(PROBLEM);
      }
    });

    test('receives the status, the wait and the decision', async () => {
      let told: Rejection | undefined;
      await refused({
        problem: rejection => {
          told = rejection;
          return 'no';
        },
      });
      expect(told?.status).toBe(429);
      expect(told?.retryAfterSecs).toBe(Number.POSITIVE_INFINITY);
      expect(told?.decision).toMatchObject({ allowed: false, violated: ['default'] });
    });

    test('may return a body in another format', async () => {
      const own = { contentType: 'text/html; charset=utf-8', body: '<h1>Slow down</h1>' };
      for (const problem of [() => own, async () => own]) {
        const { status, headers, body } = await refused({ problem });
        expect({ status, type: headers['content-type'], body }).toEqual({
          status: 429,
          type: own.contentType,
          body: own.body,
        });
      }
    });

    test('that returns a body that is not text is an error', async () => {
      const problem = () => ({ contentType: 'text/html', body: 17 });
      expect((await refused({ problem })).status).toBe(500);
    });
  });

  describe('onRefused', () => {
    const hearing = async (options: RateLimitSettings<unknown>) => {
      const heard: [Decision, string | undefined][] = [];
      const onRefused = (decision: Decision, req: unknown) => {
        heard.push([decision, adapter.headerOf(req, 'x-user')]);
      };
      const { status } = await refused({ onRefused, ...options });
      return { heard, status };
    };

    test('is called for a refusal, with the request', async () => {
      const { heard, status } = await hearing({});
      expect(status).toBe(429);
      expect(heard).toMatchObject([[{ allowed: false, violated: ['default'] }, 'ada']]);
    });

    test('is called for refusals in shadow mode, and not for requests that are allowed', async () => {
      expect(await hearing({ enforce: false })).toMatchObject({
        heard: [[{ allowed: false }, 'ada']],
        status: 200,
      });
      expect(await hearing({ costOf: () => 1 })).toMatchObject({ heard: [], status: 200 });
    });

    test.each([
      ['throws', () => Promise.reject(new Error('broken'))],
      [
        'rejects',
        () => {
          throw new Error('broken');
        },
      ],
    ])('that %s warns, and leaves the answer unharmed', async (_how, onRefused) => {
      const warnings = warned();
      expect((await refused({ onRefused })).status).toBe(429);
      await turn();
      expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_CALLBACK_ERROR']);
    });
  });
}
