import { isThenable } from '@breaking/core/internal';
import { type Binding, type Gate, nodeExchange, recordError, recordHandling } from '@breaking/http';
import type { Context, Next } from 'koa';
import { closeUpgraded, responseOf } from './upgraded.js';

export const binding: Binding<Context, Context> = {
  requestOf: ctx => ctx,
  incomingOf: ctx => ctx.req,
  exchangeOf: ctx => nodeExchange(ctx.req, responseOf(ctx)),
  addressOf: ctx => ctx.ip,
  // Koa trusts the first address in the header, unless its options say how many proxies there are.
  trustsAnyClient: ({ app }) => app.proxy && !(app.maxIpsCount > 0),
  trustsSomeProxy: ({ app }) => app.proxy,
  tellsHandled: true,
  isAnswered: ctx => ctx.headerSent,
  setHeader: (ctx, name, value) => void ctx.res.setHeader(name, value),
  setDecision: (ctx, decision) => {
    ctx.state.rateLimit = decision;
  },
  send(ctx, { status, headers, body }) {
    // Earlier middleware may have planned to send the response itself. A refusal overrides that.
    ctx.respond = true;
    ctx.status = status;
    for (const name in headers) ctx.res.setHeader(name, headers[name] as string);
    ctx.body = body;
    closeUpgraded(ctx);
  },
};

/** Calls `next` if the gate lets the request pass. Errors go on Koa's error path. */
export function pass(gate: Gate<Context, Context>, ctx: Context, next: Next): Promise<unknown> | undefined {
  const isAdmitted = gate.admit(ctx);
  if (isThenable(isAdmitted))
    return Promise.resolve(isAdmitted).then(yes => (yes ? follow(ctx, next) : undefined));
  return isAdmitted ? follow(ctx, next) : undefined;
}

function follow(ctx: Context, next: Next): Promise<unknown> {
  const handled = next();
  // A side branch: the caller still gets the original promise.
  if (recordHandling(ctx.res, handled)) handled.catch(error => recordError(ctx.res, error));
  return handled;
}
