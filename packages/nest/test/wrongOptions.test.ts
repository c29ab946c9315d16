import {
  BreakingModule,
  type BreakingOptions,
  CircuitBreaker,
  perMinute,
  RateLimit,
  SkipRateLimit,
} from '@breaking/nest';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, test } from 'vitest';

function start(options: BreakingOptions, ...controllers: Type[]) {
  @Module({ imports: [BreakingModule.forRoot(options)], controllers })
  class Root {}
  return NestFactory.create(Root, { logger: false, abortOnError: false });
}

test('a wrong option of the module stops the application, even if no handler uses it', async () => {
  await expect(start({ rateLimit: { capacityMax: 1, restoreRateHz: -5 } })).rejects.toThrow(
    'rateLimit: restoreRateHz must be > 0, got -5',
  );
  await expect(start({ circuitBreaker: { errorThreshold: 0, timeWindowSecs: 1 } })).rejects.toThrow(
    'circuitBreaker: errorThreshold',
  );
  await expect(start({ throttlers: [] } as never)).rejects.toThrow(
    'BreakingModule: unknown option "throttlers"',
  );
  await expect(start([] as never)).rejects.toThrow('BreakingModule: options must be an object');
});

test('a wrong option of a handler or a class stops the application, and names it', async () => {
  @Controller()
  class Cats {
    @Get() @RateLimit({ capacityMax: 0, restoreRateHz: 1 }) list() {}
  }
  await expect(start({}, Cats)).rejects.toThrow('rateLimit of Cats.list: capacityMax must be');
  @Controller()
  @CircuitBreaker({ errorTreshold: 1 } as never)
  class Dogs {
    @Get() list() {}
  }
  await expect(start({}, Dogs)).rejects.toThrow(
    'circuitBreaker of Dogs.list: unknown option "errorTreshold"',
  );
});

test('a decorator without options throws when it is applied', () => {
  expect(() => RateLimit(undefined as never)).toThrow(
    '@RateLimit must be given an object or false, got undefined',
  );
  expect(() => CircuitBreaker('pay' as never)).toThrow(
    '@CircuitBreaker must be given an object or false, got "pay"',
  );
  expect(() => RateLimit(perMinute(1))({}, 'property', undefined as never)).toThrow(
    '@RateLimit decorates classes and methods, got "property"',
  );
});

test('decorators that contradict each other are an error', () => {
  const contradicting = () => {
    class Cats {
      @SkipRateLimit() @RateLimit(perMinute(1)) list() {}
    }
    return Cats;
  };
  expect(contradicting).toThrow('@SkipRateLimit of list: it contradicts or repeats another decorator');
  const twice = () => {
    class Cats {
      @CircuitBreaker(false) @CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 1 }) list() {}
    }
    return Cats;
  };
  expect(twice).toThrow('@CircuitBreaker of list: it contradicts or repeats another decorator');
});

test('two limits that would have one name by default must be named', async () => {
  const cats = (path: string) => {
    @Controller(path)
    class Cats {
      @Get() @RateLimit(perMinute(1)) list() {}
    }
    return Cats;
  };
  await expect(start({}, cats('v1'), cats('v2'))).rejects.toThrow(
    'rateLimit of Cats.list: another limit has the same name, so this one must be given a name',
  );
});

test('the module is imported once', async () => {
  @Module({ imports: [BreakingModule.forRoot({ rateLimit: perMinute(1) })] })
  class Inner {}
  @Module({ imports: [BreakingModule.forRoot(), Inner] })
  class Outer {}
  await expect(NestFactory.create(Outer, { logger: false, abortOnError: false })).rejects.toThrow(
    'BreakingModule: forRoot or forRootAsync must be imported once, got 2 times',
  );
});
