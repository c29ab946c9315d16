import { type Decision, MockClock } from '@breaking/core';
import breaking, { breaking as named, perMinute } from '@breaking/fastify';
import { listen, turn, warned } from '@breaking/testkit';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { appWith } from './pluggedApp.js';

const clock = new MockClock(1000);
const ok = async () => 'ok';

describe('app.rateLimit', () => {
  test.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const)(
    'works as %s',
    async hook => {
      const app = await appWith();
      const gate = app.rateLimit({ ...perMinute(1), clock });
      const hooked =
        hook === 'preParsing'
          ? {
              preParsing: (request: FastifyRequest, reply: never, _payload: unknown, done: () => void) =>
                gate.call(app, request, reply, done),
            }
          : { [hook]: gate };
      app.get('/', hooked as never, ok);
      expect((await app.inject('/')).headers.ratelimit).toBe('"default";r=0;t=60');
      expect((await app.inject('/')).statusCode).toBe(429);
    },
  );

  test('in preHandler can use the body', async () => {
    const app = await appWith();
    const gate = app.rateLimit({
      ...perMinute(5),
      clock,
      costOf: request => (request.body as { cost: number }).cost,
    });
    app.post('/', { preHandler: gate }, ok);
    const { headers } = await app.inject({ method: 'POST', url: '/', payload: { cost: 3 } });
    expect(headers.ratelimit).toBe('"default";r=2;t=24');
  });

  test('does not touch a reply that was hijacked while its callbacks ran', async () => {
    const app = await appWith();
    app.addHook('onRequest', (_request, reply, done) => {
      last = reply;
      done();
    });
    let last: FastifyReply | undefined;
    const keyOf = async () => {
      last?.hijack();
      return 'k';
    };
    app.get('/', { onRequest: app.rateLimit({ ...perMinute(1), clock, keyOf, costOf: () => 2 }) }, ok);
    const answer = app.inject('/');
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(last?.statusCode).toBe(200);
    expect(last?.getHeaders()).toEqual({});
    last?.raw.end('by hand');
    expect(await answer).toMatchObject({ statusCode: 200, body: 'by hand' });
  });

  test("runs in addition to the plugin's limit and the route's own", async () => {
    const app = await appWith({ rateLimit: { name: 'plugin', ...perMinute(9), clock } });
    const hook = app.rateLimit({ name: 'hook', ...perMinute(5), clock });
    app.get('/', { onRequest: [hook] }, ok);
    app.get('/own', { config: { rateLimit: perMinute(7) }, onRequest: hook }, ok);
    expect((await app.inject('/')).headers['ratelimit-policy']).toBe('"plugin";q=9;w=60, "hook";q=5;w=60');
    expect((await app.inject('/own')).headers['ratelimit-policy']).toBe(
      '"GET /own";q=7;w=60, "hook";q=5;w=60',
    );
  });

  test('is one limit when one hook is on two routes, and counts once when a request meets it twice', async () => {
    const app = await appWith();
    const hook = app.rateLimit({ ...perMinute(2), clock });
    app.get('/a', { onRequest: [hook, hook], preHandler: hook }, ok);
    app.get('/b', { onRequest: hook }, ok);
    const statuses = [];
    for (const url of ['/a', '/b', '/a']) statuses.push((await app.inject(url)).statusCode);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test('inherits nothing from the plugin', async () => {
    const warnings = warned();
    const app = await appWith({ rateLimit: { ...perMinute(9), keyOf: () => 'k', headers: 'legacy' } });
    app.get('/', { onRequest: app.rateLimit({ ...perMinute(5), clock }) }, ok);
    expect((await app.inject('/')).headers).toMatchObject({
      ratelimit: '"default";r=4;t=48',
      'x-ratelimit-remaining': '8',
    });
    await turn();
    expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_HEADERS_CLASH']);
  });
});

describe('a refusal', () => {
  const refusing = () => appWith({ rateLimit: { ...perMinute(1), clock, costOf: () => 2 } });

  test('is neither filtered by a response schema nor written by a serializer', async () => {
    const app = await refusing();
    app.setReplySerializer(() => 'serialized');
    const schema = { response: { 429: { type: 'object', properties: { only: { type: 'string' } } } } };
    app.get('/', { schema, serializerCompiler: () => () => 'compiled' }, ok);
    const { headers, body } = await app.inject('/');
    expect(JSON.parse(body)).toMatchObject({ status: 429, 'violated-policies': ['default'] });
    expect(headers['content-type']).toBe('application/problem+json');
  });

  test('passes the onSend and onResponse hooks of the app', async () => {
    const app = await refusing();
    const seen: unknown[] = [];
    app.addHook('onSend', async (_request, reply, payload) => {
      reply.header('X-Sent', 'yes');
      seen.push(typeof payload);
      return payload;
    });
    app.addHook('onResponse', async (_request, reply) => void seen.push(reply.statusCode));
    app.get('/', ok);
    const { headers } = await app.inject('/');
    await turn();
    expect({ seen, sent: headers['x-sent'] }).toEqual({ seen: ['string', 429], sent: 'yes' });
  });

  test('skips the hooks that would follow and the handler', async () => {
    const app = await refusing();
    const ran: string[] = [];
    for (const hook of [
      'onRequest',
      'preParsing',
      'preValidation',
      'preHandler',
      'preSerialization',
    ] as const) {
      app.addHook(hook as 'onRequest', async () => void ran.push(hook));
    }
    app.get('/', async () => void ran.push('handler'));
    await app.inject('/');
    expect(ran).toEqual([]);
  });

  test('is the same over a socket and injected', async () => {
    const app = await refusing();
    app.get('/', ok);
    const injected = await app.inject('/');
    const served = await listen(app.server);
    const answer = await served.get();
    expect(answer).toMatchObject({ status: injected.statusCode, body: injected.body });
    const { date: _, connection: __, ...fields } = injected.headers;
    expect(answer.headers).toMatchObject(fields);
  });
});

describe('request.rateLimit', () => {
  test('is undefined before a limit, and the decision after', async () => {
    const app = Fastify();
    const seen: (Decision | undefined)[] = [];
    app.addHook('onRequest', async request => void seen.push(request.rateLimit));
    await app.register(breaking, { rateLimit: { ...perMinute(3), clock } });
    app.addHook('onRequest', async request => void seen.push(request.rateLimit));
    app.get('/', ok);
    await app.inject('/');
    expect(seen).toMatchObject([undefined, { allowed: true, limits: [{ tokensLeft: 2 }] }]);
  });

  test('is not shared between requests', async () => {
    const app = await appWith({
      rateLimit: { ...perMinute(9), clock, skip: request => request.url === '/skipped' },
    });
    app.get('/*', async request => ({ decision: request.rateLimit ?? 'none' }));
    expect((await app.inject('/counted')).json()).toMatchObject({ decision: { allowed: true } });
    expect((await app.inject('/skipped')).json()).toEqual({ decision: 'none' });
  });
});

test('the plugin is the default export, and named', () => {
  expect(named).toBe(breaking);
});

test('config and decorators are typed', async () => {
  const app = await appWith();
  expectTypeOf<FastifyRequest['rateLimit']>().toEqualTypeOf<Decision | undefined>();
  app.get(
    '/typed',
    { config: { rateLimit: { ...perMinute(1), keyOf: request => request.headers['x-user'] as string } } },
    ok,
  );
  app.get('/false', { config: { rateLimit: false } }, ok);
  // @ts-expect-error: true is no limit
  expect(() => app.get('/wrong', { config: { rateLimit: true } }, ok)).toThrow(TypeError);
});
