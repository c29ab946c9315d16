import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DashboardOptions, dashboardSettings } from '../options.js';
import { type Asset, DashboardServer } from '../server/dashboardServer.js';

/** What is used of Express's request. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl: string;
  readonly baseUrl: string;
  readonly body?: unknown;
}

/** Middleware for `app.use('/ops', …)`, on Express 4 and 5. */
export function expressDashboard<Req extends ExpressRequest>(
  options: DashboardOptions<Req>,
  assets: ReadonlyMap<string, Asset>,
) {
  const server = new DashboardServer(dashboardSettings(options), assets);
  const dashboard = (req: Req, res: ServerResponse): void => {
    const { originalUrl: url, baseUrl, body } = req;
    const [path = ''] = url.split('?');
    void server.answer({ asked: req, req, res, url, path: path.slice(baseUrl.length), body });
  };
  return Object.assign(dashboard, { close: () => server.close() });
}
