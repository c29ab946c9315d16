import * as core from '@breaking/core';
import * as nest from '@breaking/nest';
import {
  BreakingModule,
  type BucketStore,
  CircuitBreaker,
  getLimiterToken,
  InjectLimiter,
  MockClock,
  RateLimit,
  RateLimiter,
} from '@breaking/nest';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import { perMinute } from './frozen.js';
import { PLATFORMS, started } from './started.js';

describe.each(PLATFORMS)('on %s', platform => {
  test('the limiter of a handler is injected into its own controller, and of the module into others', async () => {
    @Controller()
    class Login {
      constructor(
        @InjectLimiter('login') private readonly login: RateLimiter<BucketStore>,
        @InjectLimiter('api') private readonly api: RateLimiter<BucketStore>,
      ) {}

      @Get('login')
      @RateLimit({ name: 'login', ...perMinute(1), keyOf: () => 'ada' })
      logIn() {}

      @Get('reset')
      async reset() {
        await this.login.reset('ada');
        return this.api.limits.map(limit => limit.capacityMax);
      }
    }
    @Module({
      imports: [BreakingModule.forRoot({ rateLimit: { name: 'api', ...perMinute(9) } })],
      controllers: [Login],
    })
    class Root {}
    const { app, served } = await started(platform, Root);
    expect(await served.statuses('/login', '/login')).toEqual([200, 429]);
    expect((await served.ask({ path: '/reset' })).body).toBe('[9]');
    expect(await served.statuses('/login')).toEqual([200]);
    expect(app.get(getLimiterToken('login'))).toBeInstanceOf(RateLimiter);
  });

  test('a name that no limit has stops the application, and the error lists the names', async () => {
    @Controller()
    class Login {
      constructor(@InjectLimiter('lgoin') readonly limiter: unknown) {}
      @Get() @RateLimit({ name: 'login', ...perMinute(1) }) logIn() {}
    }
    @Module({ imports: [BreakingModule.forRoot()], controllers: [Login] })
    class Root {}
    await expect(started(platform, Root)).rejects.toThrow(
      'InjectLimiter of Login: no limit is named "lgoin"; the names are "login"',
    );
  });

  test('options are created from injected providers', async () => {
    @Module({ providers: [{ provide: 'PER_MINUTE', useValue: 3 }], exports: ['PER_MINUTE'] })
    class Config {}
    @Controller()
    class Cats {
      @Get() list() {}
    }
    const ways = [
      BreakingModule.forRootAsync({
        imports: [Config],
        inject: ['PER_MINUTE'],
        useFactory: async (n: number) => ({ rateLimit: perMinute(n) }),
      }),
      BreakingModule.forRootAsync({ imports: [Config], useClass: Options }),
    ];
    for (const breaking of ways) {
      @Module({ imports: [breaking], controllers: [Cats] })
      class Root {}
      const { served } = await started(platform, Root);
      expect((await served.get()).headers.ratelimit).toBe('"default";r=2;t=40');
    }
  });
});

class Options {
  @Inject('PER_MINUTE')
  readonly n!: number;

  createBreakingOptions() {
    return { rateLimit: perMinute(this.n) };
  }
}

test("core's public names are all there, and CircuitBreaker makes breakers too", () => {
  expect(Object.keys(nest)).toEqual(expect.arrayContaining(Object.keys(core)));
  const breaker = new CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 60, clock: new MockClock() });
  expect(breaker).toBeInstanceOf(core.CircuitBreaker);
  expect(breaker).toBeInstanceOf(CircuitBreaker);
  expect(breaker.state).toBe('closed');
  class Own extends CircuitBreaker {}
  expect(new Own({ errorThreshold: 1, timeWindowSecs: 60 })).toBeInstanceOf(core.CircuitBreaker);
});
