import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { circuitBreaker, concurrencyLimit, rateLimit } from '@breaking/hono';
import {
  type AdapterUnderTest,
  type GateUnderTest,
  type Io,
  madeOnce,
  type Scenario,
  sendOk,
  type Trust,
} from '@breaking/testkit';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';

type App = { Bindings: HttpBindings };

const METHODS = ['GET', 'HEAD', 'POST'];

/** The adapter on Hono's own server for Node. */
export const honoUnderTest: AdapterUnderTest = {
  name: 'Hono 4',
  keepsFieldsOnError: true,
  tellsErrors: true,
  tellsHandled: true,
  answersWithResponse: true,
  knowsNoAddresses: true,
  wrapsRefusals: true,
  meddling: {
    'replaces the raw request': c => {
      const { req } = c as Context;
      req.raw = new Request(req.raw.url, { method: req.method, headers: req.raw.headers });
    },
  },
  headerOf: (c, field) => (c as Context).req.header(field),
  mount: async scenario => createAdaptorServer({ fetch: appOf(scenario).fetch }) as Server,
};

function appOf({
  gates,
  beforeEachGate,
  handler = sendOk,
  errorHandler,
  trusts = 'nobody',
}: Scenario): Hono<App> {
  const app = new Hono<App>();
  app.onError((error, c) => {
    if (errorHandler === undefined) return answerTo(error, c);
    const io = new HonoIo(c);
    errorHandler(error, io);
    return io.answer();
  });
  for (const gate of madeOnce(gates, each => middlewareOf(each, trusts))) {
    app.use(async (c, next) => {
      beforeEachGate?.(new HonoIo(c), c);
      await next();
    });
    app.use(gate);
  }
  app.on(METHODS, '/', async c => {
    const io = new HonoIo(c);
    await handler(io);
    return io.answer();
  });
  return app;
}

/** Hono's own error handler, without its console output, and also for errors of other frameworks. */
function answerTo(error: Error, c: Context): Response {
  if ('getResponse' in error) {
    const response = (error as { getResponse(): Response }).getResponse();
    return c.newResponse(response.body, response);
  }
  const { status = 500, headers = {} } = error as { status?: number; headers?: Record<string, string> };
  return c.newResponse('Internal Server Error', status as 500, headers);
}

function middlewareOf({ kind, options }: GateUnderTest, trusts: Trust): MiddlewareHandler {
  if (kind === 'circuitBreaker') return circuitBreaker(options);
  if (kind === 'concurrencyLimit') return concurrencyLimit(options);
  const isRecord = typeof options === 'object' && options !== null && !Array.isArray(options);
  const addressOf = (c: Context) => addressBehind(trusts, c);
  return rateLimit(isRecord ? { addressOf, ...options } : options);
}

/** The client's address as an application would compute it, if it knows how many proxies there are. */
function addressBehind(trusts: Trust, c: Context<App>): string | undefined {
  const forwarded = c.req.header('x-forwarded-for')?.split(',') ?? [];
  const claimed = trusts === 'nobody' ? undefined : forwarded.at(trusts === 'anyone' ? 0 : -1)?.trim();
  return claimed || c.env.incoming.socket.remoteAddress;
}

class HonoIo implements Io {
  readonly req: Io['req'];
  readonly res: Io['res'];
  readonly #c: Context<App>;
  #answer: Response | undefined;

  constructor(c: Context<App>) {
    this.#c = c;
    this.req = c.env.incoming as Io['req'];
    this.res = c.env.outgoing as Io['res'];
  }

  get decision() {
    return this.#c.get('rateLimit');
  }

  setHeader(name: string, value: string): void {
    this.#c.header(name, value);
  }

  send(status: number, body: string): void {
    this.#answer = status === 204 ? this.#c.body(null, 204) : this.#c.text(body, status as 200);
  }

  stream(source: Readable): void {
    this.#answer = this.#c.body(Readable.toWeb(source) as NodeReadableStream as ReadableStream);
  }

  hijack(): void {}

  /** The response, which may never come. */
  answer(): Response | Promise<Response> {
    return this.#answer ?? new Promise(() => {});
  }
}
