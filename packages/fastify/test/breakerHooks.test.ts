import { MockClock } from '@breaking/core';
import { type CircuitBreakerOptions, perMinute } from '@breaking/fastify';
import { breakerOutcomes, listen } from '@breaking/testkit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { appWith, broken, ok, statusesOf } from './pluggedApp.js';
import { touchy } from './touchy.js';

describe('app.circuitBreaker', () => {
  test.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const)(
    'works as %s when the plugin has no options',
    async hook => {
      const app = await appWith();
      const gate = app.circuitBreaker(touchy({ name: 'hook' }));
      const hooked =
        hook === 'preParsing'
          ? {
              preParsing: (request: FastifyRequest, reply: never, _payload: unknown, done: () => void) =>
                gate.call(app, request, reply, done),
            }
          : { [hook]: gate };
      app.get('/', hooked as never, broken);
      app.get('/other', broken);
      expect(await statusesOf(app, '/', '/', '/other', '/other')).toEqual([500, 503, 500, 500]);
    },
  );

  test('in preHandler can use the body', async () => {
    const app = await appWith();
    const keyOf = ({ body }: FastifyRequest) => (body as { upstream: string }).upstream;
    app.post('/', { preHandler: app.circuitBreaker(touchy({ name: 'hook', keyOf })) }, broken);
    const statusOf = async (upstream: string) =>
      (await app.inject({ method: 'POST', url: '/', payload: { upstream } })).statusCode;
    expect([await statusOf('a'), await statusOf('a'), await statusOf('b')]).toEqual([500, 503, 500]);
  });

  test('is one breaker when one hook is on two routes, and two when it is called twice', async () => {
    const app = await appWith();
    const shared = app.circuitBreaker(touchy({ name: 'shared' }));
    app.get('/a', { onRequest: shared }, broken).get('/b', { onRequest: shared }, ok);
    app.get('/c', { onRequest: app.circuitBreaker(touchy({ name: 'another' })) }, ok);
    expect(await statusesOf(app, '/a', '/b', '/c')).toEqual([500, 503, 200]);
  });

  test('as a hook of the app is shared by all routes', async () => {
    const app = await appWith();
    app.addHook('onRequest', app.circuitBreaker(touchy({ name: 'app' })));
    app.get('/a', broken).get('/b', ok);
    expect(await statusesOf(app, '/a', '/b', '/nothing')).toEqual([500, 503, 503]);
  });

  test('that a request meets twice counts once', async () => {
    const told = breakerOutcomes();
    const app = await appWith();
    const hook = app.circuitBreaker(touchy({ name: 'hook', errorThreshold: 2 }));
    app.get('/', { onRequest: [hook, hook], preHandler: hook }, broken);
    expect(await statusesOf(app, '/', '/', '/')).toEqual([500, 500, 503]);
    expect(told()).toEqual(['hook failure', 'hook failure', 'hook refused']);
  });

  test("runs in addition to the plugin's breaker and the route's own, after them", async () => {
    const told = breakerOutcomes();
    const app = await appWith({ circuitBreaker: touchy({ name: 'plugin', errorThreshold: 9 }) });
    const hook = app.circuitBreaker(touchy({ name: 'hook', errorThreshold: 2 }));
    app.get('/', { onRequest: [hook] }, broken);
    app.get(
      '/own',
      { config: { circuitBreaker: touchy({ name: 'own', errorThreshold: 9 }) }, onRequest: hook },
      broken,
    );
    app.get('/none', { config: { circuitBreaker: false }, onRequest: hook }, broken);
    expect(await statusesOf(app, '/', '/own')).toEqual([500, 500]);
    expect(told()).toEqual(['plugin failure', 'hook failure', 'own failure', 'hook failure']);
    expect(await statusesOf(app, '/', '/own', '/none')).toEqual([503, 503, 503]);
    expect(told().slice(4)).toEqual([
      'hook refused',
      'plugin ignored',
      'hook refused',
      'own ignored',
      'hook refused',
    ]);
  });

  test('does not see what an earlier breaker refuses', async () => {
    const told = breakerOutcomes();
    const app = await appWith({ circuitBreaker: touchy({ name: 'plugin' }) });
    app.get('/', { onRequest: app.circuitBreaker(touchy({ name: 'hook', errorThreshold: 9 })) }, broken);
    expect(await statusesOf(app, '/', '/')).toEqual([500, 503]);
    expect(told()).toEqual(['plugin failure', 'hook failure', 'plugin refused']);
  });

  test('works beside a limit and does not count its refusals', async () => {
    const told = breakerOutcomes();
    const app = await appWith();
    const limit = app.rateLimit({ ...perMinute(1), clock: new MockClock() });
    app.get('/', { onRequest: [app.circuitBreaker(touchy({ name: 'hook' })), limit] }, ok);
    expect(await statusesOf(app, '/', '/')).toEqual([200, 429]);
    expect(told()).toEqual(['hook success', 'hook ignored']);
  });

  test('inherits nothing from the plugin, not even its clock', async () => {
    const clock = new MockClock();
    const own = new MockClock();
    const app = await appWith({ circuitBreaker: touchy({ name: 'plugin', clock, enforce: false }) });
    app.get('/', { onRequest: app.circuitBreaker(touchy({ name: 'hook', clock: own })) }, broken);
    expect(await statusesOf(app, '/', '/')).toEqual([500, 503]);
    clock.advanceBy(10);
    expect(await statusesOf(app, '/')).toEqual([503]);
    own.advanceBy(10);
    expect(await statusesOf(app, '/')).toEqual([500]);
  });
});

describe('a refusal', () => {
  test('is neither filtered by a response schema nor written by a serializer', async () => {
    const app = await appWith({ circuitBreaker: touchy({ name: 'plugin' }) });
    app.setReplySerializer(() => 'serialized');
    const schema = { response: { 503: { type: 'object', properties: { only: { type: 'string' } } } } };
    app.get('/', { schema, serializerCompiler: () => () => 'compiled' }, broken);
    await app.inject('/');
    const { headers, body } = await app.inject('/');
    expect(JSON.parse(body)).toEqual({ type: 'about:blank', title: 'Service Unavailable', status: 503 });
    expect(headers['content-type']).toBe('application/problem+json');
  });

  test('skips the hooks that would follow', async () => {
    const app = await appWith();
    const ran: string[] = [];
    const gated = app.circuitBreaker(touchy({ name: 'late' }));
    const spy = (hook: string) => async () => void ran.push(hook);
    app.get(
      '/',
      { onRequest: [gated, spy('onRequest')], preHandler: spy('preHandler') },
      async (_request: FastifyRequest, reply: FastifyReply) => {
        ran.push('handler');
        return reply.code(500).send('');
      },
    );
    expect(await statusesOf(app, '/', '/')).toEqual([500, 503]);
    expect(ran).toEqual(['onRequest', 'preHandler', 'handler']);
  });

  test('is the same over a socket and injected', async () => {
    const app = await appWith();
    app.get('/', { onRequest: app.circuitBreaker(touchy()) }, broken);
    await app.inject('/');
    const injected = await app.inject('/');
    expect(injected.statusCode).toBe(503);
    const answer = await (await listen(app.server)).get();
    expect(answer).toMatchObject({ status: injected.statusCode, body: injected.body });
    const { date: _, connection: __, ...fields } = injected.headers;
    expect(answer.headers).toMatchObject(fields);
  });
});

test('config and decorators are typed', async () => {
  const app = await appWith();
  const isFailure: CircuitBreakerOptions<FastifyRequest>['isFailure'] = (outcome, request) => {
    expectTypeOf(request).toEqualTypeOf<FastifyRequest>();
    return outcome.status === 418;
  };
  app.get('/typed', { config: { circuitBreaker: touchy({ isFailure }) } }, ok);
  app.get('/false', { config: { circuitBreaker: false } }, ok);
  // @ts-expect-error: true is no breaker
  expect(() => app.get('/wrong', { config: { circuitBreaker: true } }, ok)).toThrow(TypeError);
  // @ts-expect-error: an option is missing
  expect(() => app.circuitBreaker({ errorThreshold: 1 })).toThrow(TypeError);
});
