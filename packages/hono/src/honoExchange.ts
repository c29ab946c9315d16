import type { Binding } from '@breaking/http';
import { WebExchange } from '@breaking/web/internal';
import type { Context } from 'hono';

/** What the gates keep of one request on its way through Hono. */
export class HonoExchange extends WebExchange {
  /**
   * The context, until the request is answered: it has the answer, and that could not be collected while somebody waits for
   * its end and keeps the context.
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

  /** Hono notes it before anything answers it. */
  protected override thrown(): unknown {
    return this.error ?? this.#c?.error;
  }

  /** Hono's server for Node makes a whole Response of a small one when somebody looks at its body. */
  protected override isSentAsItIs(response: Response): boolean {
    return this.isWatched ? super.isSentAsItIs(response) : response.status < 200;
  }

  override waitUntil(promise: PromiseLike<unknown>): void {
    this.#platform ??= platformOf(this.#c);
    this.#platform.waitUntil?.(Promise.resolve(promise));
  }
}

/** What keeps a platform at work after the answer, where there is such a thing. */
interface Platform {
  waitUntil?(promise: Promise<unknown>): void;
}

/** Hono throws where the runtime has none. */
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
  // `addressOf` of the options tells: Hono has no setting for it.
  addressOf: () => undefined,
  trustsAnyClient: () => false,
  tellsHandled: true,
  isAnswered: x => x.isAnswered,
  setHeader: (x, name, value) => x.setField(name, value),
  setDecision: (x, decision) => x.c.set('rateLimit', decision),
  send: (x, refusal) => x.refuse(refusal),
};
