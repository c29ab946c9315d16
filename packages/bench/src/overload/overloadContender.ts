import type { RequestHandler } from 'express';
import type { FastifyInstance } from 'fastify';
import type { Middleware } from 'koa';
import type { Contender } from '../contender.js';

/** The header that says how important a request is: 0 or 1. */
export const PRIORITY = 'x-priority';

/** What keeps too many requests from a handler, on each framework for which it exists. */
export interface OverloadContender extends Contender {
  /** @param hasPriorities whether requests have the header {@link PRIORITY} */
  express?(hasPriorities: boolean): Promise<RequestHandler | undefined>;
  koa?(hasPriorities: boolean): Promise<Middleware | undefined>;
  /** Prepares an application before its only route is added. */
  fastify?(app: FastifyInstance, hasPriorities: boolean): Promise<void>;
}
