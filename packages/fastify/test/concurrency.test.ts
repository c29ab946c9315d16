import { Held, heard, turn, until } from '@breaking/testkit';
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { appWith, ok, statusesOf } from './pluggedApp.js';

/** A handler that waits, and the function that releases it. */
function waiting() {
  const held = new Held();
  const slow = {
    asked: 0,
    handler: async () => {
      slow.asked += 1;
      await held.promise;
      return 'ok';
    },
    release: () => held.release(),
  };
  return slow;
}

/** Starts requests to a waiting handler, and resolves when they have reached it. */
async function underWay(app: FastifyInstance, slow: { readonly asked: number }, ...urls: readonly string[]) {
  const answers = urls.map(url => app.inject({ url }).then(answer => answer.statusCode));
  await until(() => slow.asked >= urls.length);
  return { answered: Promise.all(answers) };
}

const ONE = { concurrencyLimit: { limit: 1 } };

describe("the plugin's concurrency limit", () => {
  test('is shared by all routes and the not-found handler', async () => {
    const slow = waiting();
    const app = await appWith(ONE);
    app.get('/slow', slow.handler).get('/other', ok);
    const { answered } = await underWay(app, slow, '/slow');
    expect(await statusesOf(app, '/other', '/none')).toEqual([503, 503]);
    slow.release();
    await answered;
    expect(await statusesOf(app, '/other', '/none')).toEqual([200, 404]);
  });

  test('comes before the rate limit, which comes before the breaker', async () => {
    const slow = waiting();
    const app = await appWith({
      ...ONE,
      rateLimit: { capacityMax: 2, restoreRateHz: 1e-6 },
      circuitBreaker: { errorThreshold: 1, timeWindowSecs: 60 },
    });
    app.get('/slow', slow.handler);
    const { answered } = await underWay(app, slow, '/slow');
    expect(await statusesOf(app, '/slow', '/slow', '/slow')).toEqual([503, 503, 503]);
    slow.release();
    await answered;
    expect(await statusesOf(app, '/slow', '/slow')).toEqual([200, 429]);
  });

  test('is checked when the plugin is registered', async () => {
    await expect(appWith({ concurrencyLimit: { limit: 0 } })).rejects.toThrow(
      /^concurrencyLimit: limit must/,
    );
  });
});

describe('config.concurrencyLimit', () => {
  test("replaces the plugin's limit with the route's own, named after the route", async () => {
    const decisions = heard('breaking:concurrency_limit:decision');
    const slow = waiting();
    const app = await appWith(ONE);
    app.get('/report', { config: { concurrencyLimit: { limit: 2 } } }, slow.handler).get('/other', ok);
    const { answered } = await underWay(app, slow, '/report', '/report');
    expect(await statusesOf(app, '/report', '/other')).toEqual([503, 200]);
    slow.release();
    await answered;
    expect(decisions.map(({ name }) => name)).toEqual([...Array(3).fill('GET /report'), 'default']);
  });

  test('false removes the limit', async () => {
    const slow = waiting();
    const app = await appWith(ONE);
    app.get('/slow', slow.handler).get('/health', { config: { concurrencyLimit: false } }, ok);
    const { answered } = await underWay(app, slow, '/slow');
    expect(await statusesOf(app, '/health')).toEqual([200]);
    slow.release();
    await answered;
  });

  test('is checked when the route is declared', async () => {
    const app = await appWith();
    const config = { concurrencyLimit: { limit: 1, min: 1 } };
    expect(() => app.get('/x', { config }, ok)).toThrow(
      /^concurrencyLimit of GET \/x: min is only for limit/,
    );
  });
});

describe('app.concurrencyLimit', () => {
  test('returns a hook that exposes its limiters as concurrency, and is one limit on several routes', async () => {
    const slow = waiting();
    const app = await appWith();
    const onRequest = app.concurrencyLimit({ limit: 1, name: 'uploads' });
    app.get('/a', { onRequest }, slow.handler).get('/b', { onRequest }, ok).get('/c', ok);
    const { answered } = await underWay(app, slow, '/a');
    expect(await statusesOf(app, '/b', '/c')).toEqual([503, 200]);
    expect(onRequest.concurrency.get()).toMatchObject({ name: 'uploads', limit: 1, inFlight: 1 });
    slow.release();
    await answered;
    expect(onRequest.concurrency.get().inFlight).toBe(0);
  });
});

describe('holdUntilHandled', () => {
  /** Requests whose client has left while the handler still runs. */
  async function abandoned(app: FastifyInstance, url: string): Promise<void> {
    const controller = new AbortController();
    const answer = app.inject({ url, signal: controller.signal }).catch(() => {});
    await turn();
    controller.abort();
    await answer;
    await turn();
  }

  test.each<[string, (app: FastifyInstance, handler: () => Promise<string>) => void]>([
    [
      "a route's own option",
      (app, handler) =>
        app.get('/x', { config: { concurrencyLimit: { limit: 1, holdUntilHandled: true } } }, handler),
    ],
    [
      'a hook',
      (app, handler) =>
        app.get('/x', { onRequest: app.concurrencyLimit({ limit: 1, holdUntilHandled: true }) }, handler),
    ],
  ])('works as %s', async (_how, mount) => {
    const slow = waiting();
    const app = await appWith();
    mount(app, slow.handler);
    await abandoned(app, '/x');
    expect(await statusesOf(app, '/x')).toEqual([503]);
    slow.release();
    await turn();
    expect(await statusesOf(app, '/x')).toEqual([200]);
  });

  test('a handler without a promise is done when it returns', async () => {
    const app = await appWith({ concurrencyLimit: { limit: 1, holdUntilHandled: true } });
    app.get('/x', () => {}).get('/y', ok);
    await abandoned(app, '/x');
    expect(await statusesOf(app, '/y')).toEqual([200]);
  });
});

test('without options the plugin limits nothing', async () => {
  const decisions = heard('breaking:concurrency_limit:decision');
  const app = await appWith();
  app.get('/', ok);
  expect(await statusesOf(app, '/')).toEqual([200]);
  expect(decisions).toEqual([]);
});
