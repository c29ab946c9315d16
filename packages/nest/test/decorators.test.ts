import {
  BreakingHandles,
  BreakingModule,
  type BreakingOptions,
  CircuitBreaker,
  ConcurrencyLimit,
  RateLimit,
  SkipRateLimit,
} from '@breaking/nest';
import { until } from '@breaking/testkit';
import { Controller, Get, HttpException, Module, NotFoundException, type Type } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import { BREAKER, perMinute } from './frozen.js';
import { PLATFORMS, type Platform, started } from './started.js';

function rootOf(options: BreakingOptions, ...controllers: Type[]): Type {
  @Module({ imports: [BreakingModule.forRoot(options)], controllers })
  class Root {}
  return Root;
}

/** The rate limits of requests to each of these paths, and the tokens that are left. */
async function limitsOf(platform: Platform, root: Type, ...paths: string[]) {
  const { served } = await started(platform, root);
  const fields: unknown[] = [];
  for (const path of paths) fields.push((await served.ask({ path })).headers.ratelimit);
  return fields;
}

describe.each(PLATFORMS)('on %s', platform => {
  test('the limit of a handler replaces that of its class, which replaces the limit of the module', async () => {
    @Controller('own')
    @RateLimit(perMinute(10))
    class Own {
      @Get('a') a() {}
      @Get('b') b() {}
      @Get('c') @RateLimit(perMinute(5)) c() {}
      @Get('d') @RateLimit(false) d() {}
    }
    @Controller('plain')
    class Plain {
      @Get('a') a() {}
      @Get('b') @SkipRateLimit() b() {}
    }
    const root = rootOf({ rateLimit: { name: 'api', ...perMinute(100) } }, Own, Plain);
    const paths = ['/own/a', '/own/b', '/own/c', '/own/d', '/plain/a', '/plain/a', '/plain/b'];
    expect(await limitsOf(platform, root, ...paths)).toEqual([
      '"Own";r=9;t=54',
      '"Own";r=8;t=48',
      '"Own.c";r=4;t=48',
      undefined,
      '"api";r=99;t=60',
      '"api";r=98;t=59',
      undefined,
    ]);
  });

  test('a class is skipped, except for handlers with their own options', async () => {
    @Controller()
    @SkipRateLimit()
    class Skipped {
      @Get('a') a() {}
      @Get('b') @RateLimit(perMinute(5)) b() {}
    }
    const root = rootOf({ rateLimit: perMinute(100) }, Skipped);
    expect(await limitsOf(platform, root, '/a', '/b')).toEqual([undefined, '"Skipped.b";r=4;t=48']);
  });

  test('several limits of a handler all count, the upper first', async () => {
    @Controller()
    class Login {
      @RateLimit({ name: 'each', ...perMinute(9) })
      @RateLimit({ name: 'all', ...perMinute(5), keyOf: () => 'all' })
      @Get()
      logIn() {}
    }
    expect(await limitsOf(platform, rootOf({}, Login), '/')).toEqual(['"each";r=8;t=54, "all";r=4;t=48']);
  });

  test('handlers inherit the limits of a base class, each class with its own bucket', async () => {
    abstract class Base {
      @Get() @RateLimit(perMinute(5)) list() {}
    }
    @Controller('cats')
    class Cats extends Base {}
    @Controller('dogs')
    class Dogs extends Base {}
    expect(await limitsOf(platform, rootOf({}, Cats, Dogs), '/cats', '/dogs')).toEqual([
      '"Cats.list";r=4;t=48',
      '"Dogs.list";r=4;t=48',
    ]);
  });

  test('a limit of a handler inherits the settings of the module', async () => {
    @Controller()
    class Cats {
      @Get('a') @RateLimit(perMinute(5)) a() {}
      @Get('b') @RateLimit({ ...perMinute(5), headers: 'legacy', keyOf: () => 'own' }) b() {}
    }
    const root = rootOf({ rateLimit: { ...perMinute(9), headers: 'draft-7', keyOf: () => 'shared' } }, Cats);
    const { app, served } = await started(platform, root);
    expect((await served.ask({ path: '/a' })).headers.ratelimit).toBe('limit=5, remaining=4, reset=48');
    expect((await served.ask({ path: '/b' })).headers['x-ratelimit-remaining']).toBe('4');
    const { limits } = app.get(BreakingHandles);
    expect([...limits.keys()]).toEqual(['default', 'Cats.a', 'Cats.b']);
    expect(limits.get('Cats.a')?.peek('shared')).toMatchObject({ limits: [{ tokensLeft: 4 }] });
    expect(limits.get('Cats.b')?.peek('own')).toMatchObject({ limits: [{ tokensLeft: 4 }] });
  });

  test('HEAD is a request to the handler of GET', async () => {
    @Controller()
    class Cats {
      @Get() @RateLimit(perMinute(1)) list() {}
    }
    const { served } = await started(platform, rootOf({}, Cats));
    expect(await served.statuses('HEAD /', '/', 'HEAD /')).toEqual([200, 429, 429]);
  });

  test('each handler has its own breaker, with the options of the handler, its class or the module', async () => {
    @Controller('own')
    @CircuitBreaker({ ...BREAKER, errorThreshold: 2 })
    class Own {
      @Get('a') a() {
        throw new Error('broken');
      }
      @Get('b') @CircuitBreaker(BREAKER) b() {
        throw new HttpException('broken', 502);
      }
      @Get('c') @CircuitBreaker(false) c() {
        throw new Error('broken');
      }
    }
    @Controller('plain')
    class Plain {
      @Get('a') a() {
        throw new Error('broken');
      }
      @Get('b') b() {
        throw new NotFoundException();
      }
    }
    const { app, served } = await started(platform, rootOf({ circuitBreaker: BREAKER }, Own, Plain));
    expect(await served.statuses('/own/a', '/own/a', '/own/a')).toEqual([500, 500, 503]);
    expect(await served.statuses('/own/b', '/own/b')).toEqual([502, 503]);
    expect(await served.statuses('/own/c', '/own/c', '/own/c')).toEqual([500, 500, 500]);
    expect(await served.statuses('/plain/b', '/plain/b', '/plain/a', '/plain/a')).toEqual([
      404, 404, 500, 503,
    ]);
    const { breakers } = app.get(BreakingHandles);
    expect([...breakers.keys()]).toEqual(['Own.a', 'Own.b', 'Plain.a', 'Plain.b']);
    expect(breakers.get('Plain.a')?.get().state).toBe('open');
  });

  test('the handlers of a class share its concurrency limit', async () => {
    @Controller()
    @ConcurrencyLimit({ limit: 1 })
    class Slow {
      @Get('a') a() {
        return new Promise(() => {});
      }
      @Get('b') b() {}
      @Get('c') @ConcurrencyLimit(false) c() {}
    }
    const { served } = await started(platform, rootOf({}, Slow));
    const { abandon } = await served.abandoned({ path: '/a' });
    expect(await served.statuses('/b', '/c')).toEqual([503, 200]);
    await abandon();
    expect(await served.statuses('/b')).toEqual([200]);
  });

  test('a concurrency limit comes before the rate limit, and that before the breaker', async () => {
    const answers: (() => void)[] = [];
    @Controller()
    @CircuitBreaker(BREAKER)
    @ConcurrencyLimit({ limit: 1 })
    @RateLimit(perMinute(2))
    class All {
      @Get() async get() {
        await new Promise<void>(resolve => void answers.push(resolve));
        throw new Error('broken');
      }
    }
    const { served } = await started(platform, rootOf({}, All));
    const asked = served.get();
    await until(() => answers.length > 0);
    const shed = await served.get();
    expect([shed.status, shed.headers.ratelimit]).toEqual([503, undefined]);
    answers[0]?.();
    expect((await asked).status).toBe(500);
    // The breaker is open, and the rate limit's token is refunded.
    expect(await served.statuses('/', '/', '/')).toEqual([503, 503, 503]);
  });
});

test('only handlers whose gates want to know what they threw have an interceptor', async () => {
  @Controller()
  class Cats {
    @Get('limited') @RateLimit(perMinute(5)) limited() {}
    @Get('guarded') @CircuitBreaker(BREAKER) guarded() {}
    @Get('refunded')
    @RateLimit({ ...perMinute(5), refundWhen: ({ error }) => error !== undefined })
    refunded() {
      throw new NotFoundException();
    }
  }
  const { served } = await started('Express', rootOf({}, Cats));
  const intercepted = Reflect.ownKeys(Cats.prototype).filter(
    name => Reflect.getMetadata('__interceptors__', Reflect.get(Cats.prototype, name)) !== undefined,
  );
  expect(intercepted).toEqual(['guarded', 'refunded']);
  for (let i = 0; i < 7; i++) expect((await served.ask({ path: '/refunded' })).status).toBe(404);
});
