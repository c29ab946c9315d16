import { MockClock } from '@breaking/core';
import breaking, { perMinute } from '@breaking/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';

const ok = async () => 'ok';

const clock = new MockClock(1000);
const limit = (name: string, n = 9) => ({ rateLimit: { name, ...perMinute(n), clock } });

async function policyOf(app: FastifyInstance, url: string): Promise<string | undefined> {
  const names = String((await app.inject(url)).headers['ratelimit-policy'] ?? '').matchAll(/"(.*?)"/g);
  return [...names].map(([, name]) => name).join(' ') || undefined;
}

describe('the plugin', () => {
  test('limits its instance and all child instances', async () => {
    const app = Fastify();
    await app.register(breaking, limit('app'));
    app.get('/', ok);
    app.register(async child => {
      child.get('/child', ok);
      child.register(async grandchild => void grandchild.get('/grandchild', ok));
    });
    for (const url of ['/', '/child', '/grandchild']) expect(await policyOf(app, url)).toBe('app');
  });

  test('registered in a child limits that child alone', async () => {
    const app = Fastify();
    app.get('/', ok);
    app.register(async child => {
      await child.register(breaking, limit('child'));
      child.get('/child', ok);
    });
    app.register(async sibling => void sibling.get('/sibling', ok));
    expect(await policyOf(app, '/child')).toBe('child');
    expect(await policyOf(app, '/sibling')).toBeUndefined();
    expect(await policyOf(app, '/')).toBeUndefined();
  });

  test('ignores the prefix that register gives to all plugins', async () => {
    const app = Fastify();
    await app.register(breaking, { ...limit('app'), prefix: '/v1', logLevel: 'warn' } as never);
    app.get('/', ok);
    expect(await policyOf(app, '/')).toBe('app');
  });

  test('registered on a parent and on its child limits twice, the parent first', async () => {
    const app = Fastify();
    await app.register(breaking, limit('outer'));
    app.register(async child => {
      await child.register(breaking, limit('inner'));
      child.get('/child', ok);
    });
    app.get('/', ok);
    expect(await policyOf(app, '/child')).toBe('outer inner');
    expect(await policyOf(app, '/')).toBe('outer');
  });

  test("leaves a route's own limit to the innermost registration, and it replaces all the others", async () => {
    const app = Fastify();
    const asked: string[] = [];
    const plugin = (name: string) => {
      const keyOf = () => {
        asked.push(name);
        return name;
      };
      return { rateLimit: { ...limit(name).rateLimit, keyOf } };
    };
    await app.register(breaking, plugin('outer'));
    app.register(async child => {
      await child.register(breaking, plugin('inner'));
      child.get('/own', { config: { rateLimit: perMinute(5) } }, ok);
      child.get('/none', { config: { rateLimit: false } }, ok);
    });
    expect(await policyOf(app, '/own')).toBe('GET /own');
    expect(asked).toEqual(['inner']);
    expect(await policyOf(app, '/none')).toBeUndefined();
  });

  test('limits routes that were declared before it, with their own limits too', async () => {
    const app = Fastify();
    app.get('/', ok);
    app.get('/own', { config: { rateLimit: { ...perMinute(2), clock } } }, ok);
    app.get('/none', { config: { rateLimit: false } }, ok);
    app.register(breaking, limit('app'));
    expect(await policyOf(app, '/')).toBe('app');
    expect(await policyOf(app, '/none')).toBeUndefined();
    const statuses = [];
    for (const method of ['GET', 'HEAD', 'GET'] as const) {
      statuses.push((await app.inject({ method, url: '/own' })).statusCode);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  test('answers 500 for a wrong option of a route that was declared before it', async () => {
    const app = Fastify();
    app.get('/', { config: { rateLimit: { capacityMax: 0, restoreRateHz: 1 } } }, ok);
    app.register(breaking);
    for (let i = 0; i < 2; i++) {
      const { statusCode, body } = await app.inject('/');
      expect(statusCode).toBe(500);
      expect(body).toContain('rateLimit of GET /: capacityMax must be');
    }
  });
});

describe('the not-found handler', () => {
  test.each(['default', 'custom'])("that is Fastify's %s handler is limited", async kind => {
    const app = Fastify();
    await app.register(breaking, limit('app', 2));
    if (kind === 'custom') app.setNotFoundHandler((_request, reply) => reply.code(404).send('mine'));
    const statuses = [];
    for (const url of ['/a', '/b', '/c']) statuses.push((await app.inject(url)).statusCode);
    expect(statuses).toEqual([404, 404, 429]);
  });

  test('of a child is limited by the registrations around it', async () => {
    const app = Fastify();
    await app.register(breaking, limit('outer'));
    app.register(
      async child => {
        await child.register(breaking, limit('inner'));
        child.setNotFoundHandler((_request, reply) => reply.code(404).send('mine'));
      },
      { prefix: '/v1' },
    );
    expect(await policyOf(app, '/v1/nothing')).toBe('outer inner');
    expect(await policyOf(app, '/nothing')).toBe('outer');
  });

  test("called by a handler answers after the route's own limit", async () => {
    const app = Fastify();
    await app.register(breaking, limit('app', 2));
    app.get('/', (_request, reply) => void reply.callNotFound());
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await app.inject('/')).statusCode);
    expect(statuses).toEqual([404, 404, 429]);
  });
});
