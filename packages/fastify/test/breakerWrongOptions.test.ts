import breaking from '@breaking/fastify';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { appWith, ok } from './pluggedApp.js';
import { touchy } from './touchy.js';

describe('a wrong option of a circuit breaker', () => {
  test('of a route throws when the route is declared', async () => {
    const app = await appWith();
    const declare = (circuitBreaker: unknown) => () =>
      app.get('/x', { config: { circuitBreaker: circuitBreaker as never } }, ok);
    expect(declare({ errorThreshold: 1, timeWindowSecs: -5 })).toThrow(
      new RangeError('circuitBreaker of GET /x: timeWindowSecs must be > 0, got -5'),
    );
    expect(declare({ ...touchy(), keyof: () => 'k' })).toThrow(
      /^circuitBreaker of GET \/x: unknown option "keyof"/,
    );
    for (const kind of [null, true, 5, 'fast']) {
      expect(declare(kind)).toThrow(TypeError);
      expect(declare(kind)).toThrow(/^circuitBreaker of GET \/x must be an object or false, got /);
    }
  });

  test('of the plugin fails its registration, even without routes', async () => {
    const register = (options: unknown) =>
      Fastify()
        .register(breaking, options as never)
        .ready();
    await expect(register({ circuitBreaker: { errorThreshold: 0, timeWindowSecs: 1 } })).rejects.toThrow(
      /^circuitBreaker: errorThreshold must be .* got 0$/,
    );
    for (const kind of [null, false, 5]) {
      await expect(register({ circuitBreaker: kind })).rejects.toThrow(
        `circuitBreaker: options must be an object, got ${kind}`,
      );
    }
    await expect(register({ circuitbreaker: touchy() })).rejects.toThrow(
      'breaking: unknown option "circuitbreaker"',
    );
  });

  test('of the decorator throws immediately', async () => {
    const app = await appWith();
    expect(() => app.circuitBreaker({ ...touchy(), isFailure: 5 as never })).toThrow(
      new TypeError('circuitBreaker: isFailure must be a function, got 5'),
    );
  });
});
