import type { IncomingMessage, ServerResponse } from 'node:http';
import { check } from '@breaking/core/internal';
import { type DashboardOptions, dashboardSettings } from './options.js';
import { DashboardServer } from './server/dashboardServer.js';

export type { Authorize } from './access.js';
export type { DashboardOptions } from './options.js';

/** The properties of Koa's context that are used here, and that `authorize` usually needs. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly originalUrl: string;
  /** `url` is here because TypeScript accepts no type that has no property in common with this one. */
  readonly request: { readonly url: string; readonly body?: unknown };
  readonly ip: string;
  readonly headers: IncomingMessage['headers'];
  /** A header field of the request; empty if it is absent. */
  get(field: string): string;
  readonly cookies: { get(name: string): string | undefined };
  respond?: boolean | undefined;
}

/** The options of a dashboard in Koa, which has no mounting. */
export interface KoaDashboardOptions<Ctx> extends DashboardOptions<Ctx> {
  /** Where the page is, such as '/ops': a path that begins with a slash and ends without one. */
  readonly path: string;
}

/** Middleware that serves the page. */
export interface DashboardMiddleware {
  (ctx: object, next: () => Promise<unknown>): Promise<unknown>;
  /** Closes all open pages and stops listening. */
  close(): void;
}

/**
 * A live page of rate limits, circuit breakers and concurrency limits, as middleware for Koa 2 and 3.
 * @returns the middleware: it answers requests under `path`, and passes on all others
 * @throws TypeError or RangeError for a wrong option, or without `authorize` or `path`, at once
 *
 * @example
 * app.use(dashboard({ path: '/ops', watch: [api, login, pay], authorize: (ctx: Context) => ctx.session.isOperator }));
 */
export function dashboard<Ctx extends KoaContext = KoaContext>(
  options: KoaDashboardOptions<Ctx>,
): DashboardMiddleware {
  const settings = dashboardSettings(options, ['path']);
  const mount = asPath('dashboard: path', options.path);
  const server = new DashboardServer(settings);
  const middleware = async (context: object, next: () => Promise<unknown>): Promise<unknown> => {
    const ctx = context as Ctx;
    if (ctx.path !== mount && !ctx.path.startsWith(`${mount}/`)) return next();
    ctx.respond = false;
    const { req, res, originalUrl: url, request } = ctx;
    const path = ctx.path.slice(mount.length);
    return server.answer({ asked: ctx, req, res, url, path, body: request.body });
  };
  return Object.assign(middleware, { close: () => server.close() });
}

function asPath(what: string, value: unknown): string {
  const path = check.asString(what, value);
  if (/^(\/[^/?#]+)+$/.test(path)) return path;
  throw new RangeError(`${what} must be a path such as '/ops', got ${check.shown(path)}`);
}
