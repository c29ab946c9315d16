import { isThenable } from '@breaking/core/internal';
import { type Binding, type Gate, isWatched, type Refusal, recordError } from '@breaking/http';
import type { Context, Next } from 'koa';

export const binding: Binding<Context, Context> = {
  requestOf: ctx => ctx,
  incomingOf: ctx => ctx.req,
  outgoingOf: ctx => ctx.res,
  carrierOf: ctx => ctx.res,
  addressOf: ctx => ctx.ip,
  // Koa believes the first of the addresses that it is shown, unless it is told how many proxies there are.
  trustsAnyClient: ({ app }) => app.proxy && !(app.maxIpsCount > 0),
  setHeader: (ctx, name, value) => void ctx.res.setHeader(name, value),
  setDecision: (ctx, decision) => {
    ctx.state.rateLimit = decision;
  },
};

/** Goes on where the gate lets the request pass, else answers; errors go on Koa's error path. */
export function pass(gate: Gate<Context>, ctx: Context, next: Next): Promise<unknown> | undefined {
  const refusal = gate.admit(ctx);
  if (isThenable(refusal)) return Promise.resolve(refusal).then(settled => follow(settled, ctx, next));
  return follow(refusal, ctx, next);
}

function follow(refusal: Refusal | undefined, ctx: Context, next: Next): Promise<unknown> | undefined {
  if (refusal !== undefined) {
    if (ctx.headerSent) return undefined;
    // Also where something earlier meant to answer by itself, since that will not come to it.
    ctx.respond = true;
    ctx.status = refusal.status;
    ctx.set(refusal.headers);
    ctx.body = refusal.body;
    return undefined;
  }
  const handled = next();
  // On the side: what goes up the stack stays the promise that came down it.
  if (isWatched(ctx.res)) handled.catch(error => recordError(ctx.res, error));
  return handled;
}
