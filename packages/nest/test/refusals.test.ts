import {
  BreakingModule,
  type HeaderFields,
  RateLimit,
  RateLimiter,
  RefusedException,
  TooManyErrors,
  TooManyRequests,
} from '@breaking/nest';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  Module,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { describe, expect, test } from 'vitest';
import { clock, perMinute } from './frozen.js';
import { PLATFORMS, problemOf, started } from './started.js';

@Controller()
class Cats {
  @Get()
  list() {
    return ['Tom'];
  }

  @Get('plain')
  @RateLimit({ ...perMinute(1), problem: () => 'Slow down.' })
  plain() {
    return 'ok';
  }

  @Get('own')
  @RateLimit({
    ...perMinute(1),
    problem: () => ({ contentType: 'application/problem+json', body: 'no JSON' }),
  })
  own() {
    return 'ok';
  }
}

@Module({ imports: [BreakingModule.forRoot({ rateLimit: perMinute(1) })], controllers: [Cats] })
class Root {}

const PROBLEM = {
  type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  title: 'Request cannot be satisfied as assigned quota has been exceeded',
  status: 429,
  'violated-policies': ['default'],
};

describe.each(PLATFORMS)('a refusal on %s', platform => {
  test('is sent unchanged, with all header fields, and is not logged', async () => {
    const { served, logged } = await started(platform, Root);
    expect((await served.get()).status).toBe(200);
    const refused = await served.get();
    expect(problemOf(refused)).toEqual({
      status: 429,
      contentType: 'application/problem+json',
      problem: PROBLEM,
    });
    expect(refused.headers).toMatchObject({
      'retry-after': '60',
      'cache-control': 'no-store',
      ratelimit: '"default";r=0;t=60',
      'ratelimit-policy': '"default";q=1;w=60',
    });
    expect(logged).toEqual([]);
  });

  test('is an HttpException for a catch-all filter, and its header fields are on the response', async () => {
    const seen: HttpException[] = [];
    @Catch()
    class All implements ExceptionFilter {
      catch(error: HttpException, host: ArgumentsHost) {
        seen.push(error);
        host.switchToHttp().getResponse().status(error.getStatus()).send({ mine: error.message });
      }
    }
    const { served } = await started(platform, Root, app => app.useGlobalFilters(new All()));
    await served.get();
    const { status, headers, body } = await served.get();
    expect({ status, body }).toEqual({ status: 429, body: '{"mine":"Too Many Requests"}' });
    expect(headers).toMatchObject({
      'retry-after': '60',
      'cache-control': 'no-store',
      ratelimit: '"default";r=0;t=60',
      'content-type': expect.stringMatching(/^application\/json/),
    });
    expect(seen[0]).toBeInstanceOf(HttpException);
    expect(seen[0]).toBeInstanceOf(RefusedException);
    expect(seen[0]?.getStatus()).toBe(429);
    expect(seen[0]?.getResponse()).toEqual(PROBLEM);
    expect(seen[0]).toMatchObject({
      name: 'RefusedException',
      headers: { 'Retry-After': '60', 'Content-Type': 'application/problem+json' },
    });
  });

  test("is answered by the module's filter before a catch-all that the root module provides", async () => {
    const seen: unknown[] = [];
    @Catch()
    class All implements ExceptionFilter {
      catch(error: unknown) {
        seen.push(error);
      }
    }
    @Module({ imports: [Root], providers: [{ provide: APP_FILTER, useClass: All }] })
    class Outer {}
    const { served } = await started(platform, Outer);
    await served.get();
    expect((await served.get()).headers['content-type']).toBe('application/problem+json');
    expect(seen).toEqual([]);
  });

  test("is a problem for Nest's own filter too, in a catch-all that extends it", async () => {
    @Catch()
    class All extends BaseExceptionFilter {}
    const { served, logged } = await started(platform, Root, app => {
      app.useGlobalFilters(new All(app.get(HttpAdapterHost).httpAdapter));
    });
    await served.get();
    const { status, headers, body } = await served.get();
    expect({ status, problem: JSON.parse(body) }).toEqual({ status: 429, problem: PROBLEM });
    expect(headers['retry-after']).toBe('60');
    expect(logged).toEqual([]);
  });

  test('of plain text is the response, even if its content type is wrongly a problem', async () => {
    const responses: unknown[] = [];
    @Catch(HttpException)
    class Http implements ExceptionFilter {
      catch(error: HttpException, host: ArgumentsHost) {
        responses.push(error.getResponse());
        host.switchToHttp().getResponse().status(418).send();
      }
    }
    const { served } = await started(platform, Root, app => app.useGlobalFilters(new Http()));
    expect(await served.statuses('/plain', '/plain', '/own', '/own')).toEqual([200, 418, 200, 418]);
    expect(responses).toEqual(['Slow down.', 'no JSON']);
  });

  test('of plain text is sent unchanged', async () => {
    const { served } = await started(platform, Root);
    await served.ask({ path: '/plain' });
    const { status, headers, body } = await served.ask({ path: '/plain' });
    expect({ status, type: headers['content-type'], body }).toEqual({
      status: 429,
      type: 'text/plain; charset=utf-8',
      body: 'Slow down.',
    });
  });

  test('that a service throws as an error of core is a problem too, and is not logged', async () => {
    @Controller()
    class Failing {
      @Get()
      fail() {
        throw new TooManyErrors(7, 'upstream');
      }
    }
    @Module({ imports: [BreakingModule.forRoot()], controllers: [Failing] })
    class Service {}
    const { served, logged } = await started(platform, Service);
    const refused = await served.get();
    expect(problemOf(refused)).toEqual({
      status: 503,
      contentType: 'application/problem+json',
      problem: { type: 'about:blank', title: 'Service Unavailable', status: 503 },
    });
    expect(refused.headers['retry-after']).toBe('7');
    expect(logged).toEqual([]);
  });

  test.each<[fields: string, own: HeaderFields | undefined, sent: HeaderFields]>([
    ['the default ones', undefined, { 'retry-after': '10', ratelimit: '"default";r=7;t=47' }],
    [
      'its own',
      { 'Retry-After': '7', RateLimit: '"user";r=0;t=7' },
      { 'retry-after': '7', ratelimit: '"user";r=0;t=7' },
    ],
  ])('that a guard throws as TooManyRequests keeps its header fields: %s', async (_, own, sent) => {
    const limiter = new RateLimiter({ limits: { user: { capacityMax: 1, restoreRateHz: 0.1 } }, clock });
    class UserLimit implements CanActivate {
      canActivate() {
        const decision = limiter.check('ada');
        if (!decision.allowed) throw new TooManyRequests(decision, own);
        return true;
      }
    }
    @Controller()
    @UseGuards(UserLimit)
    class Guarded {
      @Get()
      list() {}
    }
    @Module({ imports: [BreakingModule.forRoot({ rateLimit: perMinute(9) })], controllers: [Guarded] })
    class Service {}
    const { served, logged } = await started(platform, Service);
    expect((await served.get()).status).toBe(200);
    const refused = await served.get();
    expect(problemOf(refused)).toEqual({
      status: 429,
      contentType: 'application/problem+json',
      problem: { type: 'about:blank', title: 'Too Many Requests', status: 429 },
    });
    expect(refused.headers).toMatchObject({
      ...sent,
      'ratelimit-policy': '"default";q=9;w=60',
    });
    expect(logged).toEqual([]);
  });
});
