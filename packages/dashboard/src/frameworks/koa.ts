import type { IncomingMessage, ServerResponse } from 'node:http';
import { check } from '@breaking/core/internal';
import { type DashboardOptions, dashboardSettings } from '../options.js';
import { type Asset, DashboardServer } from '../server/dashboardServer.js';

/** What is used of Koa's context. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly originalUrl: string;
  readonly request: { readonly body?: unknown };
  respond?: boolean | undefined;
}

export interface KoaDashboardOptions<Ctx> extends DashboardOptions<Ctx> {
  /** Where the dashboard is, such as '/ops'. It begins with a slash and ends without one. */
  readonly path: string;
}

/** Middleware that answers what is asked under `path`, on Koa 2 and 3. */
export function koaDashboard<Ctx extends KoaContext>(
  options: KoaDashboardOptions<Ctx>,
  assets: ReadonlyMap<string, Asset>,
) {
  const settings = dashboardSettings(options, ['path']);
  const mount = asPath('dashboard: path', options.path);
  const server = new DashboardServer(settings, assets);
  const dashboard = async (ctx: Ctx, next: () => Promise<unknown>): Promise<unknown> => {
    if (ctx.path !== mount && !ctx.path.startsWith(`${mount}/`)) return next();
    ctx.respond = false;
    const { req, res, originalUrl: url, request } = ctx;
    return server.answer({
      asked: ctx,
      req,
      res,
      url,
      path: ctx.path.slice(mount.length),
      body: request.body,
    });
  };
  return Object.assign(dashboard, { close: () => server.close() });
}

function asPath(what: string, value: unknown): string {
  const path = check.asString(what, value);
  if (/^(\/[^/?#]+)+$/.test(path)) return path;
  throw new RangeError(`${what} must be a path such as '/ops', got ${check.shown(path)}`);
}
