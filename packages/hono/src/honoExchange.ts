import type { Binding } from '@breaking/http';
import { WebExchange } from '@breaking/web/internal';
import type { Context } from 'hono';

/** What the gates keep of one request on its way through Hono. */
export class HonoExchange extends WebExchange {
  readonly c: Context;

  constructor(c: Context) {
    super(c.req.raw);
    this.c = c;
  }

  /** Hono notes it before anything answers it. */
  protected override thrown(): unknown {
    return this.error ?? this.c.error;
  }

  override waitUntil(promise: PromiseLike<unknown>): void {
    let platform: Context['executionCtx'];
    try {
      platform = this.c.executionCtx;
    } catch {
      // Only some runtimes have one, and Hono tells by throwing.
      return;
    }
    platform.waitUntil(Promise.resolve(promise));
  }
}

export const binding: Binding<HonoExchange, Context> = {
  requestOf: x => x.c,
  exchangeOf: x => x,
  // `addressOf` of the options tells: Hono has no setting for it.
  addressOf: () => undefined,
  trustsAnyClient: () => false,
  tellsHandled: true,
  isAnswered: x => x.isAnswered,
  setHeader: (x, name, value) => x.setField(name, value),
  setDecision: (x, decision) => x.c.set('rateLimit', decision),
  send: (x, refusal) => x.refuse(refusal),
};
