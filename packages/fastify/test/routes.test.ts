import { type BucketStore, MemoryBucketStore, MockClock } from '@breaking/core';
import breaking, { perMinute } from '@breaking/fastify';
import { heard, turn, warned } from '@breaking/testkit';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { appWith, ask } from './pluggedApp.js';

const clock = new MockClock(1000);
const ok = async () => 'ok';
const never = () => new Promise<never>(() => {});

const plugins = { name: 'all', ...perMinute(9), clock };

describe("the plugin's limit", () => {
  test('is shared by all routes', async () => {
    const app = await appWith({ rateLimit: { ...plugins, ...perMinute(2) } });
    app.get('/a', ok).post('/b', ok);
    expect((await ask(app, '/a')).limit).toBe('"all";r=1;t=30');
    expect((await ask(app, '/b', 'POST')).limit).toBe('"all";r=0;t=30');
    expect((await ask(app, '/a')).status).toBe(429);
  });

  test('does not exist without options', async () => {
    const app = await appWith();
    app.get('/', ok);
    expect(await ask(app, '/')).toEqual({ status: 200 });
  });
});

describe('config.rateLimit', () => {
  test("replaces the plugin's limit with the route's own", async () => {
    const app = await appWith({ rateLimit: plugins });
    app.get('/', { config: { rateLimit: perMinute(1) } }, ok);
    app.get('/other', ok);
    expect(await ask(app, '/')).toEqual({
      status: 200,
      policy: '"GET /";q=1;w=60',
      limit: '"GET /";r=0;t=60',
    });
    expect((await ask(app, '/')).status).toBe(429);
    expect((await ask(app, '/other')).limit).toBe('"all";r=8;t=54');
  });

  test("false removes the plugin's limit", async () => {
    const app = await appWith({ rateLimit: { ...plugins, ...perMinute(1) } });
    app.get('/', { config: { rateLimit: false } }, ok);
    for (let i = 0; i < 3; i++) expect(await ask(app, '/')).toEqual({ status: 200 });
  });

  test("undefined means the plugin's limit", async () => {
    const app = await appWith({ rateLimit: plugins });
    app.get('/', { config: { rateLimit: undefined } }, ok);
    expect((await ask(app, '/')).limit).toBe('"all";r=8;t=54');
  });

  test('works when the plugin has no limit', async () => {
    const app = await appWith();
    app.get('/', { config: { rateLimit: { ...perMinute(1), clock } } }, ok);
    app.get('/other', ok);
    expect((await ask(app, '/')).limit).toBe('"GET /";r=0;t=60');
    expect(await ask(app, '/other')).toEqual({ status: 200 });
  });

  test('leaves the other config of the route unchanged', async () => {
    const app = await appWith();
    const config = { rateLimit: perMinute(1), custom: { a: 1 } };
    app.get('/', { config }, async request => {
      const { custom, rateLimit, url } = request.routeOptions.config as unknown as Record<string, unknown>;
      return { same: custom === config.custom && rateLimit === config.rateLimit, url };
    });
    expect((await app.inject('/')).json()).toEqual({ same: true, url: '/' });
    expect(Reflect.ownKeys(config)).toEqual(['rateLimit', 'custom']);
  });

  test('inherits store, keyOf, headers, onStoreError and clock, unless it names them', async () => {
    const messages = heard('breaking:rate_limit:decision');
    const errors = heard('breaking:store:error');
    const warnings = warned();
    const own = new MockClock(1000);
    const down = () => {
      throw new Error('down');
    };
    const store = { check: down, peek: down, refund: down, reset: down };
    const keyOf = () => 'inherited';
    const rateLimit = { ...plugins, store, keyOf, headers: 'legacy', onStoreError: 'allow' } as const;
    const app = await appWith({ rateLimit });
    app.get('/a', { config: { rateLimit: perMinute(1) } }, ok);
    const all = {
      store: new MemoryBucketStore(),
      keyOf: () => 'own',
      headers: 'draft-6',
      onStoreError: 'deny',
      clock: own,
    } as const;
    app.get('/b', { config: { rateLimit: { ...perMinute(1), ...all } } }, ok);
    app.get('/c', { config: { rateLimit: { ...perMinute(1), onStoreError: 'local' } } }, ok);

    expect(await ask(app, '/a')).toEqual({ status: 200 });
    expect(messages.at(-1)).toMatchObject({ name: 'GET /a', key: 'inherited', source: 'local' });
    expect(errors.at(-1)).toMatchObject({ name: 'GET /a', onStoreError: 'allow' });

    const { headers } = await app.inject('/b');
    expect(headers).toMatchObject({ 'ratelimit-limit': '1', 'ratelimit-remaining': '0' });
    expect(messages.at(-1)).toMatchObject({ name: 'GET /b', key: 'own', source: 'store' });
    own.advanceBy(60);
    expect((await ask(app, '/b')).status).toBe(200);
    expect(errors).toHaveLength(1);

    expect((await app.inject('/c')).headers).toMatchObject({ 'x-ratelimit-remaining': '0' });
    clock.advanceBy(60);
    expect((await ask(app, '/c')).status).toBe(200);
    await turn();
    expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_STORE_FAILS']);
  });

  test('inherits storeDeadlineSecs, unless it names it', async () => {
    const told: number[] = [];
    const store: BucketStore = {
      ...{ check: never, peek: never, refund: never, reset: never },
      withDeadline(secs) {
        told.push(secs);
        return store;
      },
    };
    const app = await appWith({ rateLimit: { ...plugins, store, storeDeadlineSecs: 0.5 } });
    app.get('/a', { config: { rateLimit: perMinute(1) } }, ok);
    app.get('/b', { config: { rateLimit: { ...perMinute(1), storeDeadlineSecs: 0.2 } } }, ok);
    await app.ready();
    expect(told).toEqual([0.5, 0.5, 0.2]);
  });

  test('inherits ipv6PrefixBits, unless it names it', async () => {
    const messages = heard('breaking:rate_limit:decision');
    const app = await appWith({ rateLimit: { ...plugins, ipv6PrefixBits: 48 } });
    app.get('/a', { config: { rateLimit: perMinute(1) } }, ok);
    app.get('/b', { config: { rateLimit: { ...perMinute(1), ipv6PrefixBits: 64 } } }, ok);
    for (const url of ['/a', '/b']) await app.inject({ url, remoteAddress: '2001:db8:1:2:3::4' });
    expect(messages.map(({ key }) => key)).toEqual(['ip:2001:db8:1::/48', 'ip:2001:db8:1:2::/64']);
  });

  test('inherits the options that it sets to undefined, its name too', async () => {
    const app = await appWith({ rateLimit: { ...plugins, keyOf: () => 'k' } });
    const messages = heard('breaking:rate_limit:decision');
    const rateLimit = {
      ...perMinute(1),
      name: undefined,
      keyOf: undefined,
      clock: undefined,
      store: undefined,
    };
    app.get('/', { config: { rateLimit } }, ok);
    await ask(app, '/');
    expect(messages).toMatchObject([{ name: 'GET /', key: 'k' }]);
  });

  test('inherits nothing else: no callback but keyOf, no shadow mode', async () => {
    const options = { skip: () => true, costOf: () => 5, enforce: false, refundWhen: () => true };
    const app = await appWith({ rateLimit: { ...plugins, ...options } });
    app.get('/', { config: { rateLimit: perMinute(1) } }, ok);
    expect((await ask(app, '/')).status).toBe(200);
    expect((await ask(app, '/')).status).toBe(429);
  });

  test('given to two routes as one object is a separate limit for each', async () => {
    const app = await appWith();
    const shared = { config: { rateLimit: { ...perMinute(1), clock } } };
    app.get('/a', shared, ok).get('/b', shared, ok).post('/a', shared, ok);
    for (const [url, method] of [['/a'], ['/b'], ['/a', 'POST']] as const) {
      expect((await ask(app, url, method)).status).toBe(200);
      expect((await ask(app, url, method)).status).toBe(429);
    }
  });

  test('with a name shares its buckets with routes of the same name', async () => {
    const app = await appWith();
    const rateLimit = { ...perMinute(2), name: 'search', clock };
    app.get('/a', { config: { rateLimit } }, ok).get('/b', { config: { rateLimit: { ...rateLimit } } }, ok);
    expect((await ask(app, '/a')).limit).toBe('"search";r=1;t=30');
    expect((await ask(app, '/b')).limit).toBe('"search";r=0;t=30');
  });
});

describe('a wrong option', () => {
  test('of a route throws when the route is declared', async () => {
    const app = await appWith();
    const declare = (rateLimit: unknown) => () =>
      app.get('/x', { config: { rateLimit: rateLimit as never } }, ok);
    expect(declare({ capacityMax: 1, restoreRateHz: -5 })).toThrow(
      new RangeError('rateLimit of GET /x: restoreRateHz must be > 0, got -5'),
    );
    expect(declare({ ...perMinute(1), keyof: () => 'k' })).toThrow(
      /^rateLimit of GET \/x: unknown option "keyof"/,
    );
    for (const kind of [null, true, 5, 'fast']) {
      expect(declare(kind)).toThrow(TypeError);
      expect(declare(kind)).toThrow(/^rateLimit of GET \/x must be an object or false, got /);
    }
  });

  test('of the plugin stops its registration', async () => {
    const register = (options: unknown) =>
      Fastify()
        .register(breaking, options as never)
        .ready();
    await expect(register({ rateLimit: { capacityMax: 0, restoreRateHz: 1 } })).rejects.toThrow(RangeError);
    await expect(register({ rateLimit: null })).rejects.toThrow(
      'rateLimit: options must be an object, got null',
    );
    await expect(register({ rateLimit: false })).rejects.toThrow(
      'rateLimit: options must be an object, got false',
    );
    await expect(register({ ratelimit: {} })).rejects.toThrow('breaking: unknown option "ratelimit"');
    await expect(register(perMinute(5))).rejects.toThrow('breaking: unknown option "capacityMax"');
  });

  test('of the decorator throws immediately', async () => {
    const app = await appWith();
    expect(() => app.rateLimit({ ...perMinute(1), costOf: 5 as never })).toThrow(
      new TypeError('rateLimit: costOf must be a function, got 5'),
    );
  });
});
