import type { RequestListener } from 'node:http';
import type { HttpContender, HttpLimit } from './httpContender.js';

/** The handler of the application: it answers 200 with its text, or 500 if it is switched to fail. */
export interface Handler {
  failing: boolean;
}

/** Makes an application from a contender and a handler. @returns the request listener of its server */
export type Framework = (
  contender: HttpContender,
  limit: HttpLimit,
  handler: Handler,
) => Promise<RequestListener>;

export type FrameworkName = 'express' | 'koa' | 'fastify' | 'hono';

export const FRAMEWORKS: Readonly<Record<FrameworkName, Framework>> = { express, koa, fastify, hono };

async function express(
  contender: HttpContender,
  limit: HttpLimit,
  handler: Handler,
): Promise<RequestListener> {
  const { default: newApp } = await import('express');
  const app = newApp();
  const middleware = await contender.express?.(limit);
  if (middleware !== undefined) app.use(middleware);
  app.get('/', (_req, res) => {
    res.statusCode = statusOf(handler);
    res.setHeader('Content-Type', 'text/plain');
    res.end('hello');
  });
  return app;
}

async function koa(contender: HttpContender, limit: HttpLimit, handler: Handler): Promise<RequestListener> {
  const { default: Koa } = await import('koa');
  const app = new Koa();
  const middleware = await contender.koa?.(limit);
  if (middleware !== undefined) app.use(middleware);
  app.use(ctx => {
    ctx.status = statusOf(handler);
    ctx.body = 'hello';
  });
  return app.callback();
}

async function fastify(
  contender: HttpContender,
  limit: HttpLimit,
  handler: Handler,
): Promise<RequestListener> {
  const { default: newApp } = await import('fastify');
  const app = newApp();
  const options = await contender.fastify?.(app, limit);
  app.get('/', { ...options }, (_request, reply) => {
    reply.code(statusOf(handler)).send('hello');
  });
  await app.ready();
  return app.routing;
}

async function hono(contender: HttpContender, limit: HttpLimit, handler: Handler): Promise<RequestListener> {
  const { Hono } = await import('hono');
  const { getRequestListener } = await import('@hono/node-server');
  const app = new Hono();
  const middleware = await contender.hono?.(limit);
  if (middleware !== undefined) app.use(middleware);
  app.get('/', c => c.text('hello', statusOf(handler) as 200));
  return getRequestListener(app.fetch, { hostname: 'localhost' }) as RequestListener;
}

function statusOf(handler: Handler): number {
  return handler.failing ? 500 : 200;
}
