import { ServerResponse } from 'node:http';
import type { Context } from 'koa';

/** What koa-websocket adds to a context. */
interface Upgraded {
  readonly websocket?: { close(code: number): void };
}

/** A close code of WebSockets, registered at IANA under RFC 6455. */
const TRY_AGAIN_LATER = 1013;

/**
 * Node's own response. koa-websocket upgrades a connection first and then creates a context without a response, on which
 * Koa's `ctx.status` throws. Such a context gets a dummy response.
 */
export function responseOf(ctx: Context): ServerResponse {
  if (ctx.res === undefined) {
    const made = new ServerResponse(ctx.req);
    for (const each of [ctx, ctx.request, ctx.response]) each.res = made;
  }
  return ctx.res;
}

/** An open WebSocket cannot receive an HTTP refusal, so this closes it. */
export function closeUpgraded(ctx: Context & Upgraded): void {
  ctx.websocket?.close(TRY_AGAIN_LATER);
}
