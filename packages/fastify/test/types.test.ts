import type { Decision } from '@breaking/core';
import breaking, {
  type BreakingOptions,
  perMinute,
  type RateLimitOptions,
  type RateLimitSettings,
} from '@breaking/fastify';
import type { Outcome } from '@breaking/http';
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts';
import Fastify, { type FastifyBaseLogger, type FastifyRequest, type onRequestHookHandler } from 'fastify';
import { expectTypeOf, test } from 'vitest';

const limit = perMinute(1);
const breaker = { errorThreshold: 5, timeWindowSecs: 60 };
const ok = async () => 'ok';

const silent = () => {};
const levels = { fatal: silent, error: silent, warn: silent, info: silent, debug: silent, trace: silent };
/** A logger with more methods than Fastify requires. */
const logger = {
  ...levels,
  silent,
  level: 'silent',
  lines: [] as string[],
  child: (): FastifyBaseLogger => logger,
};

test('the decision on a request is typed', () => {
  expectTypeOf<FastifyRequest['rateLimit']>().toEqualTypeOf<Decision | undefined>();
});

test('callbacks get a request of Fastify', async () => {
  const app = Fastify();
  await app.register(breaking, {
    rateLimit: {
      ...limit,
      keyOf(req) {
        expectTypeOf(req).toEqualTypeOf<FastifyRequest>();
        return req.headers['x-user']?.toString();
      },
    },
    circuitBreaker: {
      ...breaker,
      isFailure(outcome, req) {
        expectTypeOf(outcome).toEqualTypeOf<Outcome>();
        expectTypeOf(req).toEqualTypeOf<FastifyRequest>();
        return outcome.status === 503;
      },
    },
  });
  app.rateLimit({ ...limit, costOf: async req => Number(req.headers['x-cost'] ?? 1) });
  // @ts-expect-error: a key is a string or a number
  app.rateLimit({ ...limit, keyOf: req => req.raw.socket });
});

test("a route may have its own options, and keeps Fastify's types", async () => {
  const app = Fastify();
  await app.register(breaking);
  app.get<{ Querystring: { q: string } }>(
    '/search',
    { config: { rateLimit: { ...limit, keyOf: req => req.ip }, circuitBreaker: breaker } },
    async req => {
      expectTypeOf(req.query.q).toEqualTypeOf<string>();
      expectTypeOf(req.rateLimit).toEqualTypeOf<Decision | undefined>();
      return req.query.q;
    },
  );
  app.get<{ Querystring: { q: string } }>(
    '/suggest',
    { onRequest: [app.rateLimit(limit), app.circuitBreaker(breaker)] },
    async req => req.query.q,
  );
  app.get('/health', { config: { rateLimit: false, circuitBreaker: false } }, ok);
  app.get('/maybe', { config: { rateLimit: undefined, circuitBreaker: undefined } }, ok);
});

test('callbacks may expect the body or user that a route has', async () => {
  interface Login {
    user: string;
  }
  interface AuthedRequest extends FastifyRequest {
    user: { id: string };
  }
  const app = Fastify();
  await app.register(breaking, { rateLimit: { ...limit, keyOf: (req: AuthedRequest) => req.user.id } });
  const byUser = (req: FastifyRequest<{ Body: Login }>) => req.body.user;
  app.post<{ Body: Login }>(
    '/login',
    {
      config: { rateLimit: { ...limit, keyOf: byUser }, circuitBreaker: { ...breaker, keyOf: byUser } },
      preHandler: [
        app.rateLimit({ ...limit, keyOf: byUser }),
        app.circuitBreaker({ ...breaker, keyOf: byUser }),
        app.concurrencyLimit({ limit: 5, keyOf: byUser }),
      ],
    },
    async req => req.body.user,
  );
});

test('shared settings can be spread together with the limits of a service', async () => {
  const company: RateLimitSettings<FastifyRequest> = { headers: 'draft-7', keyOf: req => req.hostname };
  const app = Fastify();
  await app.register(breaking, { rateLimit: { ...company, ...perMinute(5) } });
  app.rateLimit({ ...company, limits: { burst: perMinute(1) } });
});

test('a route with a type provider may have its own options too', async () => {
  const app = Fastify().withTypeProvider<JsonSchemaToTsProvider>();
  await app.register(breaking, { rateLimit: { ...limit, keyOf: req => req.ip } });
  const schema = {
    querystring: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
  } as const;
  const onRequest = [app.rateLimit(limit), app.circuitBreaker(breaker)];
  app.get(
    '/search',
    { schema, onRequest, config: { rateLimit: limit, circuitBreaker: false } },
    async req => {
      expectTypeOf(req.query.q).toEqualTypeOf<string>();
      expectTypeOf(req.rateLimit).toEqualTypeOf<Decision | undefined>();
      return req.query.q;
    },
  );
});

test('the hooks fit every flavour of Fastify', async () => {
  const http = Fastify();
  const http2 = Fastify({ http2: true });
  const logged = Fastify({ loggerInstance: logger });
  await http.register(breaking, { rateLimit: limit });
  await http2.register(breaking, { rateLimit: { ...limit, keyOf: req => req.ip } });
  await logged.register(breaking, { rateLimit: { ...limit, keyOf: req => req.ip } });

  http.get('/', { onRequest: http.rateLimit(limit) }, ok);
  http2.get('/', { onRequest: http2.rateLimit(limit) }, ok);
  http2.get('/all', { onRequest: [http2.rateLimit(limit), http2.circuitBreaker(breaker)] }, ok);
  http2.addHook('onRequest', http2.rateLimit(limit));
  http2.route({ method: 'GET', url: '/own', config: { rateLimit: limit }, handler: ok });
  logged.get('/', { onRequest: logged.rateLimit(limit) }, ok);
  logged.get('/all', { onRequest: [logged.rateLimit(limit), logged.circuitBreaker(breaker)] }, ok);
  logged.addHook('preHandler', logged.circuitBreaker(breaker));

  expectTypeOf(http.rateLimit(limit)).toExtend<onRequestHookHandler>();
});

test('an unknown option does not compile', () => {
  const route = (_config: { rateLimit?: RateLimitOptions<FastifyRequest> | false }) => {};
  // @ts-expect-error: neither a bucket nor limits
  route({ rateLimit: {} });
  // @ts-expect-error: both
  route({ rateLimit: { ...limit, limits: { burst: limit } } });
  // @ts-expect-error: a misspelt option
  route({ rateLimit: { ...limit, keyof: () => 'a' } });
  // @ts-expect-error: no such format
  route({ rateLimit: { ...limit, headers: 'draft-8' } });
  // @ts-expect-error: false takes a limit away, true would not say which one
  route({ rateLimit: true });
  const plugin = (_options: BreakingOptions) => {};
  // @ts-expect-error: what another plugin calls it
  plugin({ max: 100, timeWindow: '1 minute' });
  // @ts-expect-error: a window is needed
  plugin({ circuitBreaker: { errorThreshold: 5 } });
});
