import { exchangeOf, binding as express } from '@breaking/express/internal';
import { binding as fastify } from '@breaking/fastify/internal';
import type { Binding } from '@breaking/http';
import type { NestRequest } from './request.js';

/** One request on one of the two platforms, with what the platform's own adapter knows of it. */
export interface OnPlatform {
  readonly platform: Binding<unknown, NestRequest>;
  /** What the platform's binding has one of for each request. */
  readonly native: unknown;
}

// A binding is only ever handed what its own platform made.
const EXPRESS = express as unknown as Binding<unknown, NestRequest>;
const FASTIFY = fastify as unknown as Binding<unknown, NestRequest>;

/**
 * Finds out on which platform a request is, by its response: a reply of Fastify has Node's own response as `raw`.
 * @throws TypeError if it is neither that nor Node's own response, which Express extends
 */
export function onPlatform(req: unknown, res: unknown): OnPlatform {
  const { raw, writeHead } = (res ?? {}) as { readonly raw?: unknown; readonly writeHead?: unknown };
  if (typeof raw === 'object' && raw !== null) return { platform: FASTIFY, native: res };
  if (typeof writeHead === 'function') {
    return { platform: EXPRESS, native: exchangeOf(req as never, res as never) };
  }
  throw new TypeError(
    '@breaking/nest works on the Express and the Fastify platform: this response is neither',
  );
}
