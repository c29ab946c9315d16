import breaking from '@breaking/fastify';
import { breakerOutcomes } from '@breaking/testkit';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { appWith, ask, broken, ok, statusesOf } from './pluggedApp.js';
import { touchy } from './touchy.js';

/** Options for a breaker that opens after this number of failures. */
const breakers = (name?: string, errorThreshold = 1) => ({
  circuitBreaker: touchy({ name, errorThreshold }),
});

describe('the plugin', () => {
  test('covers the routes of its instance and of all child instances', async () => {
    const app = Fastify();
    await app.register(breaking, breakers());
    app.get('/', broken);
    app.register(async child => {
      child.get('/child', broken);
      child.register(async grandchild => void grandchild.get('/grandchild', broken));
    });
    for (const url of ['/', '/child', '/grandchild']) {
      expect(await statusesOf(app, url, url)).toEqual([500, 503]);
    }
  });

  test('registered in a child covers the routes of that child alone', async () => {
    const app = Fastify();
    app.get('/', broken);
    app.register(async child => {
      await child.register(breaking, breakers());
      child.get('/child', broken);
    });
    app.register(async sibling => void sibling.get('/sibling', broken));
    expect(await statusesOf(app, '/child', '/child')).toEqual([500, 503]);
    expect(await statusesOf(app, '/sibling', '/sibling', '/', '/')).toEqual([500, 500, 500, 500]);
  });

  test('registered in two children gives their routes separate breakers', async () => {
    const app = Fastify();
    for (const prefix of ['/a', '/b']) {
      app.register(
        async child => {
          await child.register(breaking, breakers());
          child.get('/', prefix === '/a' ? broken : ok);
        },
        { prefix },
      );
    }
    expect(await statusesOf(app, '/a', '/a', '/b', '/b')).toEqual([500, 503, 200, 200]);
  });

  test("registered on a parent and on its child puts two breakers before a route, the parent's first", async () => {
    const told = breakerOutcomes();
    const app = Fastify();
    await app.register(breaking, breakers('outer', 2));
    app.register(async child => {
      await child.register(breaking, breakers('inner', 1));
      child.get('/child', broken);
    });
    app.get('/', broken);
    expect(await statusesOf(app, '/', '/', '/')).toEqual([500, 500, 503]);
    expect(told().slice(-1)).toEqual(['outer refused']);
    expect(await statusesOf(app, '/child', '/child')).toEqual([500, 503]);
    expect(told().slice(3)).toEqual(['outer failure', 'inner failure', 'inner refused', 'outer ignored']);
  });

  test("leaves a route's own breaker to the innermost registration, and it replaces all the others", async () => {
    const told = breakerOutcomes();
    const app = Fastify();
    await app.register(breaking, breakers('outer'));
    app.register(async child => {
      await child.register(breaking, breakers('inner'));
      child.get('/own', { config: breakers('own') }, broken);
      child.get('/none', { config: { circuitBreaker: false } }, broken);
    });
    expect(await statusesOf(app, '/own', '/own')).toEqual([500, 503]);
    expect(await statusesOf(app, '/none', '/none')).toEqual([500, 500]);
    expect(told()).toEqual(['own failure', 'own refused']);
  });

  test('covers routes that were declared before it, with their own breakers too', async () => {
    const told = breakerOutcomes();
    const app = Fastify();
    app.get('/', broken);
    app.get('/own', { config: breakers(undefined, 2) }, broken);
    app.get('/none', { config: { circuitBreaker: false } }, broken);
    app.register(breaking, breakers('plugin'));
    expect(await statusesOf(app, '/', '/', 'HEAD /')).toEqual([500, 503, 503]);
    expect(await statusesOf(app, '/own', 'HEAD /own', '/own')).toEqual([500, 500, 503]);
    expect(await statusesOf(app, '/none', '/none')).toEqual([500, 500]);
    const plugin = ['failure', 'refused', 'refused'].map(outcome => `plugin ${outcome}`);
    const own = ['failure', 'failure', 'refused'].map(outcome => `GET /own ${outcome}`);
    expect(told()).toEqual([...plugin, ...own]);
  });

  test('answers 500 for a wrong option of a route that was declared before it', async () => {
    const app = Fastify();
    app.get('/', { config: { circuitBreaker: { errorThreshold: 0, timeWindowSecs: 1 } } }, ok);
    app.register(breaking);
    for (let i = 0; i < 2; i++) {
      const { statusCode, body } = await app.inject('/');
      expect(statusCode).toBe(500);
      expect(body).toContain('circuitBreaker of GET /: errorThreshold must be');
    }
  });
});

describe('the not-found handler', () => {
  test('has a breaker that a 404 does not open', async () => {
    const told = breakerOutcomes();
    const app = await appWith(breakers());
    expect(await statusesOf(app, '/a', '/b', 'POST /c')).toEqual([404, 404, 404]);
    expect(told()).toEqual(Array(3).fill('* not found success'));
  });

  test("that fails opens its own breaker, whatever the URL, and no route's breaker", async () => {
    const app = await appWith(breakers());
    app.get('/', ok);
    app.setNotFoundHandler(broken);
    expect(await statusesOf(app, '/a', '/b', 'POST /c', '/')).toEqual([500, 503, 503, 200]);
  });

  test('of a child has the breakers of the registrations around it', async () => {
    const told = breakerOutcomes();
    const app = Fastify();
    await app.register(breaking, breakers('outer', 9));
    app.register(
      async child => {
        await child.register(breaking, breakers('inner'));
        child.setNotFoundHandler(broken);
      },
      { prefix: '/v1' },
    );
    expect(await statusesOf(app, '/v1/a', '/v1/b', '/nothing')).toEqual([500, 503, 404]);
    expect(told()).toEqual([
      'outer failure',
      'inner failure',
      'inner refused',
      'outer ignored',
      'outer success',
    ]);
  });

  test('called by a handler counts for the route, and the request meets no second breaker', async () => {
    const told = breakerOutcomes();
    const app = await appWith(breakers());
    app.get('/', (_request, reply) => void reply.callNotFound());
    app.setNotFoundHandler(broken);
    expect((await ask(app, '/')).status).toBe(500);
    expect(told()).toEqual(['GET / failure']);
  });
});
