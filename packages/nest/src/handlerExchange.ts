import { type Ending, Exchange } from '@breaking/http';

/**
 * One call of a handler that is no HTTP request of its own: of a resolver, or for a message. It ends with the handler, so an
 * answer of GraphQL that is a 200 and says what went wrong is a failure where the resolver threw.
 */
export class HandlerExchange extends Exchange {
  /** The HTTP request that the call is a part of, if its response is known. */
  readonly carrier: Exchange | undefined;
  #ending: Ending | undefined;

  constructor(carrier: Exchange | undefined) {
    super();
    this.carrier = carrier;
  }

  protected lookForHead(): void {}

  /** Another guard may refuse the call after this one has let it pass: then only the request ends. */
  protected lookForEnd(): void {
    this.carrier?.watch({ ended: () => this.finish({ aborted: true }) });
  }

  protected ending(): Ending | undefined {
    return this.#ending;
  }

  /** The handler is done. */
  finish(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.end(ending);
  }
}
