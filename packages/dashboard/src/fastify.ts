import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DashboardOptions, dashboardSettings } from './options.js';
import { DashboardServer } from './server/dashboardServer.js';

export type { Authorize } from './access.js';
export type { DashboardOptions } from './options.js';

/** The properties of Fastify's request that are used here, and that `authorize` usually needs. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly headers: IncomingMessage['headers'];
  readonly originalUrl: string;
  readonly params: unknown;
  readonly ip: string;
}

/** A plugin of Fastify that serves the page. */
export type DashboardPlugin = (app: object) => Promise<void>;

interface Reply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/** The methods of a Fastify instance that are used here. */
interface Instance<Req> {
  readonly prefix: string;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    contentType: string,
    parser: (request: Req, payload: IncomingMessage, done: (error: Error | null) => void) => void,
  ): unknown;
  addHook(name: 'preClose', hook: (done: () => void) => void): unknown;
  all(path: string, options: object, handler: (request: Req, reply: Reply) => void): unknown;
}

/**
 * Our own plugin may guard the instance. Its limits are for clients: an open page would occupy a place for hours, and an
 * operator who wants to know why requests are refused would be refused too.
 */
const UNGUARDED = { config: { rateLimit: false, circuitBreaker: false, concurrencyLimit: false } };

/**
 * A live page of rate limits, circuit breakers and concurrency limits, as a plugin for Fastify 5.
 * @returns the plugin, for `app.register` with the path of the page as `prefix`
 * @throws TypeError or RangeError for a wrong option, or without `authorize`, at once
 *
 * @example
 * const watch = [app.breaking.limits, app.breaking.breakers];
 * await app.register(dashboard({ watch, authorize: request => request.session.isOperator }), { prefix: '/ops' });
 */
export function dashboard<Req extends FastifyRequest = FastifyRequest>(
  options: DashboardOptions<Req>,
): DashboardPlugin {
  const settings = dashboardSettings(options);
  return async instance => {
    const app = instance as Instance<Req>;
    const server = new DashboardServer(settings);
    // Open event streams would prevent the server from closing.
    app.addHook('preClose', done => {
      server.close();
      done();
    });
    // A body is read only if the request is permitted to send one.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const answer = (path: string, asked: Req, reply: Reply) => {
      reply.hijack();
      void server.answer({ asked, req: asked.raw, res: reply.raw, url: asked.originalUrl, path });
    };
    app.all('/*', UNGUARDED, (request, reply) => {
      answer(`/${(request.params as { '*': string })['*']}`, request, reply);
    });
    if (app.prefix !== '') app.all('', UNGUARDED, (request, reply) => answer('', request, reply));
  };
}
