import type { RequestHandler } from 'express';
import type { FastifyInstance } from 'fastify';
import type { Middleware } from 'koa';
import type { Contender } from '../contender.js';

/** The header with the priority of a request: 0 or 1. */
export const PRIORITY = 'x-priority';

/** Keeps excess requests away from a handler, for each framework that it supports. */
export interface OverloadContender extends Contender {
  /** @param hasPriorities whether requests have the header {@link PRIORITY} */
  express?(hasPriorities: boolean): Promise<RequestHandler | undefined>;
  koa?(hasPriorities: boolean): Promise<Middleware | undefined>;
  /** Prepares an application before its only route is added. */
  fastify?(app: FastifyInstance, hasPriorities: boolean): Promise<void>;
}
