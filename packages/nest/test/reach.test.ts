import { BreakingGuard, BreakingModule, perMinute, RateLimit, UseBreaking } from '@breaking/nest';
import { Controller, Get, Module, SetMetadata, type Type, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SubscribeMessage } from '@nestjs/websockets';
import { describe, expect, test } from 'vitest';

function start(controllers: Type[], providers: Type[] = []) {
  @Module({ imports: [BreakingModule.forRoot({ rateLimit: perMinute(1) })], controllers, providers })
  class Root {}
  return NestFactory.create(Root, { logger: false, abortOnError: false });
}

describe('decorators that the guard does not reach stop the application', () => {
  const MESSAGE = SetMetadata('microservices:pattern', ['sum']);

  test('of a handler for messages of microservices that is not also a route', async () => {
    @Controller()
    class Sums {
      @MESSAGE @RateLimit(perMinute(1)) sum() {}
    }
    await expect(start([Sums])).rejects.toThrow(
      new TypeError('Sums.sum handles messages of microservices, which cannot have limits or breakers'),
    );
    @Controller()
    class Both {
      @MESSAGE @Get() @RateLimit(perMinute(1)) sum() {}
      @MESSAGE @RateLimit(false) other() {}
      @MESSAGE silent() {}
    }
    await start([Both]);
  });

  test('of a gateway without @UseBreaking', async () => {
    const limited = RateLimit(perMinute(1));
    @limited
    class OfClass {
      @SubscribeMessage('say') say() {}
    }
    class OfHandler {
      @SubscribeMessage('say') @limited say() {}
    }
    for (const gateway of [OfClass, OfHandler]) {
      await expect(start([], [gateway])).rejects.toThrow(
        `${gateway.name}.say has limits or breakers, but global guards do not run for gateways: add @UseBreaking() to it`,
      );
    }
    @UseBreaking()
    @limited
    class Used {
      @SubscribeMessage('say') say() {}
    }
    class Guarded {
      @SubscribeMessage('say') @limited @UseGuards(class extends BreakingGuard {}) say() {}
      @SubscribeMessage('hear') hear() {}
    }
    await start([], [Used, Guarded]);
  });
});
