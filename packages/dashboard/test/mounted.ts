import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import express4 from 'express4';
import Fastify from 'fastify';
import helmet from 'helmet';
import Koa from 'koa';
import Koa2 from 'koa2';
import { onTestFinished } from 'vitest';
import { dashboard as expressDashboard } from '../src/express.js';
import { dashboard as fastifyDashboard } from '../src/fastify.js';
import { dashboard as koaDashboard } from '../src/koa.js';

/** The options that are the same for all frameworks: `authorize` receives the header `who`. */
export interface Mounting {
  readonly watch: readonly unknown[];
  readonly authorize: (who: string | undefined) => unknown;
  readonly actions?: boolean;
  readonly showKeys?: boolean;
  readonly record?: boolean;
  readonly title?: string;
}

const whoOf = (req: IncomingMessage) => req.headers.who as string | undefined;

/** A server of each framework with a dashboard at `/ops`, and another route at `/`. */
export const FRAMEWORKS: Readonly<Record<string, (mounting: Mounting) => Promise<Server>>> = {
  'Express 5': mounting => onExpress(express, mounting),
  'Express 4': mounting => onExpress(express4 as typeof express, mounting),
  'Koa 3': mounting => onKoa(Koa, mounting),
  'Koa 2': mounting => onKoa(Koa2 as typeof Koa, mounting),
  'Fastify 5': async ({ authorize, ...mounting }) => {
    const app = Fastify();
    const plugin = fastifyDashboard({ ...mounting, authorize: ({ raw }) => authorize(whoOf(raw)) });
    await app.register(plugin, { prefix: '/ops' });
    app.get('/', async () => 'home');
    await app.listen({ host: '127.0.0.1', port: 0 });
    onTestFinished(() => app.close());
    return app.server;
  },
};

async function onExpress(framework: typeof express, { authorize, ...mounting }: Mounting): Promise<Server> {
  const app = framework();
  const dashboard = expressDashboard({ ...mounting, authorize: req => authorize(whoOf(req)) });
  onTestFinished(() => dashboard.close());
  app.use(framework.json());
  app.use('/ops', dashboard);
  app.get('/', (_req, res) => void res.send('home'));
  return listening(createServer(app));
}

async function onKoa(Framework: typeof Koa, { authorize, ...mounting }: Mounting): Promise<Server> {
  const app = new Framework();
  const dashboard = koaDashboard({ ...mounting, path: '/ops', authorize: ctx => authorize(whoOf(ctx.req)) });
  onTestFinished(() => dashboard.close());
  app.use(dashboard);
  app.use(ctx => {
    if (ctx.path === '/') ctx.body = 'home';
  });
  return listening(createServer(app.callback()));
}

export async function listening(server: Server): Promise<Server> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

export function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const CSP = 'content-security-policy';
const secured = helmet();

/**
 * A proxy that serves a server under a longer path, and removes that path from requests. It adds the headers of helmet,
 * so that a browser applies two policies: ours, and helmet's default.
 */
export async function proxyTo(server: Server, prefix: string): Promise<string> {
  const proxy = createServer((req, res) => {
    secured(req, res, () => {});
    const path = (req.url ?? '').slice(prefix.length);
    const { port } = server.address() as AddressInfo;
    const onward = ask({ port, path, method: req.method, headers: req.headers }, answer => {
      const { [CSP]: own = [], ...headers } = answer.headers;
      res.setHeader(CSP, [own, String(res.getHeader(CSP))].flat());
      res.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  });
  return urlOf(await listening(proxy)) + prefix;
}
