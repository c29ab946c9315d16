import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DashboardOptions, dashboardSettings } from './options.js';
import { DashboardServer } from './server/dashboardServer.js';

export type { Authorize } from './access.js';
export type { DashboardOptions } from './options.js';

/** The properties of Express's request that are used here, and that `authorize` usually needs. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl: string;
  readonly baseUrl: string;
  readonly body?: unknown;
  readonly ip?: string | undefined;
  /** A header field of the request. */
  get(name: string): string | undefined;
}

/** Middleware that serves the page. */
export interface DashboardHandler {
  (req: IncomingMessage, res: ServerResponse): void;
  /** Closes all open pages and stops listening. */
  close(): void;
}

/**
 * A live page of rate limits, circuit breakers and concurrency limits, as middleware for Express 4 and 5.
 * @returns the middleware, for `app.use` with the path of the page
 * @throws TypeError or RangeError for a wrong option, or without `authorize`, at once
 *
 * @example
 * app.use('/ops', dashboard({ watch: [api, login, pay], authorize: req => req.session.isOperator }));
 */
export function dashboard<Req extends ExpressRequest = ExpressRequest>(
  options: DashboardOptions<Req>,
): DashboardHandler {
  const server = new DashboardServer(dashboardSettings(options));
  const middleware = (asked: IncomingMessage, res: ServerResponse): void => {
    const req = asked as Req;
    const { originalUrl: url, baseUrl, body } = req;
    const [path = ''] = url.split('?');
    void server.answer({ asked: req, req, res, url, path: path.slice(baseUrl.length), body });
  };
  return Object.assign(middleware, { close: () => server.close() });
}
