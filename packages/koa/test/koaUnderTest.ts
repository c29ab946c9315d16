import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { circuitBreaker, concurrencyLimit, rateLimit } from '@breaking/koa';
import {
  type AdapterUnderTest,
  type GateUnderTest,
  type Io,
  madeOnce,
  type Scenario,
  sendOk,
} from '@breaking/testkit';
import type Koa from 'koa';
import type { Context, Middleware } from 'koa';

const SHARED = {};
const MAX_IPS_COUNT = { nobody: 0, oneProxy: 1, anyone: 0 };
const METHODS = ['GET', 'HEAD', 'POST'];

/** The adapter on a version of Koa. */
export function koaUnderTest(name: string, App: typeof Koa): AdapterUnderTest {
  return {
    name,
    keepsFieldsOnError: false,
    tellsErrors: true,
    tellsHandled: true,
    meddling: {
      'replaces ctx.state': ctx => Object.assign(ctx as Context, { state: {} }),
      'shares one ctx.state among all requests': ctx => Object.assign(ctx as Context, { state: SHARED }),
    },
    headerOf: (ctx, field) => (ctx as Context).get(field) || undefined,
    mount: async scenario => createServer(appOf(App, scenario).callback()),
    // Koa's types know only HTTP/1.
    mountHttp2: async scenario => createHttp2Server(appOf(App, scenario).callback() as never),
  };
}

function appOf(
  App: typeof Koa,
  { gates, beforeEachGate, handler = sendOk, errorHandler, trusts = 'nobody' }: Scenario,
): Koa {
  const app = new App({ proxy: trusts !== 'nobody', maxIpsCount: MAX_IPS_COUNT[trusts] });
  app.silent = true;
  if (errorHandler !== undefined) {
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        errorHandler(error, ioOf(ctx));
      }
    });
  }
  for (const gate of madeOnce(gates, middlewareOf)) {
    app.use((ctx, next) => {
      beforeEachGate?.(ioOf(ctx), ctx);
      return next();
    });
    app.use(gate);
  }
  app.use((ctx, next) => {
    return ctx.path === '/' && METHODS.includes(ctx.method) ? handler(ioOf(ctx)) : next();
  });
  return app;
}

function middlewareOf(gate: GateUnderTest): Middleware {
  if (gate.kind === 'rateLimit') return rateLimit(gate.options);
  if (gate.kind === 'circuitBreaker') return circuitBreaker(gate.options);
  return concurrencyLimit(gate.options);
}

function ioOf(ctx: Context): Io {
  return {
    req: ctx.req,
    res: ctx.res,
    decision: ctx.state.rateLimit,
    setHeader: (name, value) => ctx.set(name, value),
    send: (status, body) => {
      ctx.status = status;
      ctx.body = body;
    },
    stream: source => {
      ctx.body = source;
    },
    hijack: () => {
      ctx.respond = false;
    },
  };
}
