import type { Binding } from '@breaking/http';
import { WebExchange } from '@breaking/web/internal';
import type { Context } from 'hono';

/** The state of the gates for one request in Hono. */
export class HonoExchange extends WebExchange {
  /**
   * The context, until the request is answered. The context refers to the response, which could not be collected as long as
   * this exchange waits for its end.
   */
  #c: Context | undefined;
  #platform: Platform | undefined;

  constructor(c: Context) {
    super(c.req.raw);
    this.#c = c;
  }

  get c(): Context {
    return this.#c as Context;
  }

  override answered(response: Response): Response {
    this.error ??= this.#c?.error;
    this.#c = undefined;
    return super.answered(response);
  }

  /** Hono stores the error before anything answers it. */
  protected override thrown(): unknown {
    return this.error ?? this.#c?.error;
  }

  /** Hono's server for Node has a cheap form of small responses, and makes a whole Response when its body is looked at. */
  protected override isSentAsItIs(response: Response): boolean {
    return this.isWatched ? super.isSentAsItIs(response) : response.status < 200;
  }

  override waitUntil(promise: PromiseLike<unknown>): void {
    this.#platform ??= platformOf(this.#c);
    this.#platform.waitUntil?.(Promise.resolve(promise));
  }
}

/** A platform that keeps running after the response, if there is one. */
interface Platform {
  waitUntil?(promise: Promise<unknown>): void;
}

/** Hono throws if the runtime has no such platform. */
function platformOf(c: Context | undefined): Platform {
  try {
    return c?.executionCtx ?? {};
  } catch {
    return {};
  }
}

export const binding: Binding<HonoExchange, Context> = {
  requestOf: x => x.c,
  exchangeOf: x => x,
  // Hono has no setting for the client's address, so it comes from the option `addressOf`.
  addressOf: () => undefined,
  trustsAnyClient: () => false,
  tellsHandled: true,
  isAnswered: x => x.isAnswered,
  setHeader: (x, name, value) => x.setField(name, value),
  setDecision: (x, decision) => x.c.set('rateLimit', decision),
  send: (x, refusal) => x.refuse(refusal),
};
