import type { RequestHandler } from 'express';
import type { FastifyInstance } from 'fastify';
import type { MiddlewareHandler } from 'hono';
import type { Middleware } from 'koa';
import type { Contender } from '../contender.js';

/** The name of the application without a contender. */
export const BARE = 'bare';

/** The limit of every client. */
export interface HttpLimit {
  readonly requests: number;
  readonly windowSecs: number;
}

/** A contender in front of a handler, for each framework that it supports. */
export interface HttpContender extends Contender {
  /** What it keeps away from the handler: too many requests, requests to a failing handler, or nothing. */
  readonly guardsAgainst: 'requests' | 'failures' | 'nothing';
  express?(limit: HttpLimit): Promise<RequestHandler>;
  koa?(limit: HttpLimit): Promise<Middleware>;
  /** On Hono's own server for Node. */
  hono?(limit: HttpLimit): Promise<MiddlewareHandler>;
  /** Prepares an application before its only route is added. @returns options of the route */
  fastify?(app: FastifyInstance, limit: HttpLimit): Promise<FastifyRoute>;
}

/** Further options of the route. */
export type FastifyRoute = Pick<Parameters<FastifyInstance['route']>[0], 'preHandler'>;
