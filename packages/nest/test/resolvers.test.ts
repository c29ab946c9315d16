import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  BreakingHandles,
  BreakingModule,
  CircuitBreaker,
  ConcurrencyLimit,
  RateLimit,
  RefusedException,
} from '@breaking/nest';
import { type Answer, listen, turn } from '@breaking/testkit';
import { type CanActivate, Injectable, Module, NotFoundException, UseGuards } from '@nestjs/common';
import { ExternalContextCreator, NestFactory } from '@nestjs/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BREAKER, perMinute } from './frozen.js';

class Forbidding implements CanActivate {
  canActivate() {
    return false;
  }
}

@Injectable()
class Cats {
  answer = (): void => {};

  @RateLimit({ name: 'by address', ...perMinute(1) }) byAddress() {
    return 'ok';
  }

  @RateLimit({ name: 'limited', ...perMinute(2), keyOf: () => 'ada' }) limited() {
    return 'ok';
  }
  @CircuitBreaker(BREAKER) broken() {
    throw new Error('broken');
  }
  @CircuitBreaker(BREAKER) missing() {
    throw new NotFoundException();
  }
  @ConcurrencyLimit({ limit: 1 }) slow() {
    return new Promise<void>(resolve => {
      this.answer = resolve;
    });
  }
  @ConcurrencyLimit({ limit: 1 }) @UseGuards(Forbidding) forbidden() {}
}

@Module({ imports: [BreakingModule.forRoot()], providers: [Cats] })
class Root {}

type Method = 'byAddress' | 'limited' | 'broken' | 'missing' | 'slow' | 'forbidden';
type Calling = (method: Method, ...args: unknown[]) => Promise<unknown>;

/** Calls methods as Nest calls resolvers and message handlers: with global guards, interceptors and filters. */
async function calling(type: 'graphql' | 'ws') {
  const app = await NestFactory.create(Root, { logger: false, abortOnError: false });
  onTestFinished(() => app.close());
  await app.init();
  const cats = app.get(Cats);
  const creator = app.get(ExternalContextCreator);
  const options = { guards: true, interceptors: true, filters: true };
  const call: Calling = (method, ...args) => {
    const context = [undefined, undefined, undefined, undefined, options, type] as const;
    return creator.create(cats, cats[method], method, ...context)(...args);
  };
  return { call, cats, handles: app.get(BreakingHandles) };
}

/** A request within which resolvers are called, and its response. */
async function within(resolve: (context: object) => Promise<unknown>): Promise<Answer> {
  const server = createServer(async (req: IncomingMessage, res: ServerResponse) => {
    await resolve({ req, res });
    res.end();
  });
  return (await listen(server)).get();
}

const refusedWith = (status: number) =>
  expect.objectContaining({ extensions: expect.objectContaining({ status }) });

describe('a resolver', () => {
  test('counts each of its calls, several in one request too, and the answer shows the last', async () => {
    const { call } = await calling('graphql');
    const results: unknown[] = [];
    const { headers } = await within(async context => {
      for (let i = 0; i < 3; i++) results.push(await call('limited', undefined, {}, context, {}));
    });
    expect(results).toEqual(['ok', 'ok', expect.any(RefusedException)]);
    expect(results[2]).toMatchObject({
      message: 'Too Many Requests',
      extensions: {
        code: 'TOO_MANY_REQUESTS',
        status: 429,
        retryAfterSecs: 30,
        problem: { 'violated-policies': ['limited'] },
      },
    });
    expect(headers).toMatchObject({ ratelimit: '"limited";r=0;t=30', 'retry-after': '30' });
  });

  test('that throws is a failure for its breaker, even with a 200; a 404 is not', async () => {
    const { call, handles } = await calling('graphql');
    const results: unknown[] = [];
    await within(async context => {
      for (const method of ['broken', 'broken', 'missing', 'missing'] as const) {
        results.push(await call(method, undefined, {}, context, {}).catch(error => error));
      }
    });
    expect(results).toEqual([
      new Error('broken'),
      refusedWith(503),
      expect.any(NotFoundException),
      expect.any(NotFoundException),
    ]);
    expect(handles.breakers.get('Cats.broken')?.get().state).toBe('open');
    expect(handles.breakers.get('Cats.missing')?.get().state).toBe('closed');
  });

  test('keeps its place until it is done', async () => {
    const { call, cats } = await calling('graphql');
    const results: unknown[] = [];
    await within(async context => {
      const args = () => [undefined, {}, context, {}];
      const first = call('slow', ...args());
      results.push(await call('slow', ...args()));
      await turn();
      cats.answer();
      await first;
      const third = call('slow', ...args());
      await turn();
      cats.answer();
      results.push(await third);
    });
    expect(results).toEqual([refusedWith(503), undefined]);
  });

  test('that another guard refuses frees its place when the request ends', async () => {
    const { call } = await calling('graphql');
    const forbidden = async () => {
      let error: unknown;
      await within(async context => {
        error = await call('forbidden', undefined, {}, context, {}).catch(thrown => thrown);
      });
      return error;
    };
    for (let i = 0; i < 2; i++) expect(await forbidden()).toMatchObject({ status: 403 });
  });

  test.each([
    [
      'Apollo',
      (address: string) => ({ req: { extra: { request: { socket: { remoteAddress: address } } } } }),
    ],
    [
      'Apollo, where the option `context` takes what is no reply',
      (address: string) => ({
        req: { extra: { request: { socket: { remoteAddress: address } } } },
        reply: { query: 'subscription { ticks }' },
      }),
    ],
    ['Mercurius', (address: string) => ({ reply: { request: { ip: address } } })],
  ])('of a subscription counts by the address of its connection: %s', async (_driver, contextOf) => {
    const { call, handles } = await calling('graphql');
    const results: unknown[] = [];
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) {
      results.push(await call('byAddress', undefined, {}, contextOf(address), {}));
    }
    expect(results).toEqual(['ok', refusedWith(429), 'ok']);
    const left = handles.limits.get('by address')?.peek('ip:192.0.2.1');
    expect((await left)?.limits[0]?.tokensLeft).toBe(0);
  });

  test('has no place if the GraphQL context lacks the response', async () => {
    const { call } = await calling('graphql');
    await expect(call('slow', undefined, {}, { req: {} }, {})).rejects.toThrow(
      'concurrencyLimit does not work for WebSocket messages',
    );
  });
});

describe('a message of a WebSocket', () => {
  test('counts, and a refused client gets the event "exception"', async () => {
    const { call } = await calling('ws');
    const told: unknown[] = [];
    const ws = { send: (text: string) => told.push(JSON.parse(text)) };
    const socketIo = { handshake: {}, emit: (...args: unknown[]) => told.push(args) };
    // The filter returns nothing, so the transport of this test rethrows the exception.
    for (const client of [ws, ws, ws, socketIo]) await call('limited', client, {}).catch(() => {});
    const data = {
      status: 'error',
      message: 'Too Many Requests',
      retryAfterSecs: 30,
      problem: expect.objectContaining({ status: 429 }),
    };
    expect(told).toEqual([{ event: 'exception', data }, ['exception', data]]);
  });
});
