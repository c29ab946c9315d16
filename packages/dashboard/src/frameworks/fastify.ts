import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DashboardOptions, dashboardSettings } from '../options.js';
import { type Asset, DashboardServer } from '../server/dashboardServer.js';

/** What is used of Fastify's request and reply. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
  readonly params: unknown;
}
export interface FastifyReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/** What is used of an instance of Fastify. */
export interface FastifyInstance<Req> {
  readonly prefix: string;
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    contentType: string,
    parser: (request: Req, payload: IncomingMessage, done: (error: Error | null) => void) => void,
  ): unknown;
  addHook(name: 'preClose', hook: (done: () => void) => void): unknown;
  all(path: string, handler: (request: Req, reply: FastifyReply) => void): unknown;
}

/** A plugin for `app.register(…, { prefix: '/ops' })`, on Fastify 5. */
export function fastifyDashboard<Req extends FastifyRequest>(
  options: DashboardOptions<Req>,
  assets: ReadonlyMap<string, Asset>,
) {
  const settings = dashboardSettings(options);
  return async (app: FastifyInstance<Req>): Promise<void> => {
    const server = new DashboardServer(settings, assets);
    // Open streams of events would keep the server from closing.
    app.addHook('preClose', done => {
      server.close();
      done();
    });
    // Bodies are read only of those who may send them.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const answer = (path: string, asked: Req, reply: FastifyReply) => {
      reply.hijack();
      void server.answer({ asked, req: asked.raw, res: reply.raw, url: asked.originalUrl, path });
    };
    app.all('/*', (request, reply) => {
      answer(`/${(request.params as { '*': string })['*']}`, request, reply);
    });
    if (app.prefix !== '') app.all('', (request, reply) => answer('', request, reply));
  };
}
