import { type Ending, Exchange } from '@breaking/http';

/**
 * One call of a handler that is not an HTTP request of its own: of a resolver, or for a message. It ends when the handler
 * does, so a resolver that throws is a failure, although the GraphQL response has status 200.
 */
export class HandlerExchange extends Exchange {
  /** The HTTP request that contains the call, if its response is known. */
  readonly carrier: Exchange | undefined;
  #ending: Ending | undefined;

  constructor(carrier: Exchange | undefined) {
    super();
    this.carrier = carrier;
  }

  protected lookForHead(): void {}

  /** A later guard may refuse the call. Then it ends with the request. */
  protected lookForEnd(): void {
    this.carrier?.watch({ ended: () => this.finish({ aborted: true }) });
  }

  protected ending(): Ending | undefined {
    return this.#ending;
  }

  /** The handler has ended. */
  finish(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.end(ending);
  }
}
