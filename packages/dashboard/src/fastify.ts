import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DashboardOptions, dashboardSettings } from './options.js';
import { DashboardServer } from './server/dashboardServer.js';

export type { Authorize } from './access.js';
export type { DashboardOptions } from './options.js';

/** What is used of Fastify's request, and what `authorize` most often looks at. */
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

/** What is used of an instance of Fastify. */
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
 * Our own plugin may guard the instance. Its limits are for clients: an open page would hold a place for hours, and somebody
 * who looks why all is refused would be refused too.
 */
const UNGUARDED = { config: { rateLimit: false, circuitBreaker: false, concurrencyLimit: false } };

/**
 * A live page of rate limits, circuit breakers and concurrency limits, as a plugin of Fastify 5.
 * @returns the plugin, for `app.register` with the path of the page as `prefix`
 * @throws TypeError or RangeError for a wrong option, at once; without `authorize` too
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
    // Open streams of events would keep the server from closing.
    app.addHook('preClose', done => {
      server.close();
      done();
    });
    // Bodies are read only of those who may send them.
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
