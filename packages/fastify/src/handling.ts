import { isThenable } from '@breaking/core/internal';
import { recordHandling } from '@breaking/http';
import type { RouteOptions } from 'fastify';

/**
 * Makes a route tell when its handler is done, if that is asynchronous: Fastify itself tells of answers alone, and a handler
 * whose client has left may not give one.
 */
export function tellHandling(route: RouteOptions): void {
  const { handler } = route;
  route.handler = function handling(request, reply) {
    const handled: unknown = handler.call(this, request, reply);
    if (isThenable(handled)) recordHandling(reply.raw, handled);
    return handled;
  };
}
