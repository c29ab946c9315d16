import type { RequestHandler } from 'express';
import type { FastifyInstance } from 'fastify';
import type { MiddlewareHandler } from 'hono';
import type { Middleware } from 'koa';
import type { Contender } from '../contender.js';

/** What the application is called that has no contender in it. */
export const BARE = 'bare';

/** What every client is allowed. */
export interface HttpLimit {
  readonly requests: number;
  readonly windowSecs: number;
}

/** What a contender does to requests, on each framework for which it exists. */
export interface HttpContender extends Contender {
  /** What it keeps from the handler: too many requests, requests to one that fails, or nothing. */
  readonly guardsAgainst: 'requests' | 'failures' | 'nothing';
  express?(limit: HttpLimit): Promise<RequestHandler>;
  koa?(limit: HttpLimit): Promise<Middleware>;
  /** On Hono's own server for Node. */
  hono?(limit: HttpLimit): Promise<MiddlewareHandler>;
  /** Prepares an application before its only route is added, and returns options for that. */
  fastify?(app: FastifyInstance, limit: HttpLimit): Promise<FastifyRoute>;
}

/** What is given to the route, beside its handler. */
export type FastifyRoute = Pick<Parameters<FastifyInstance['route']>[0], 'preHandler'>;
