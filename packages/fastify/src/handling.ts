import { isThenable } from '@breaking/core/internal';
import { recordHandling } from '@breaking/http';
import type { RouteOptions } from 'fastify';

/**
 * Makes a route report when its asynchronous handler is done. Fastify itself reports responses only, and a handler whose
 * client has left may not send one.
 */
export function tellHandling(route: RouteOptions): void {
  const { handler } = route;
  route.handler = function handling(request, reply) {
    const handled: unknown = handler.call(this, request, reply);
    if (isThenable(handled)) recordHandling(reply.raw, handled);
    return handled;
  };
}
