import type { Decision, HeaderFields } from '@breaking/core';
import { type Ending, Exchange, type Refusal, statusOf } from '@breaking/http';
import { isSentAsItIs, isWithoutBody, withFields } from './answer.js';
import { watchedBody } from './watchedBody.js';

/**
 * What the gates keep of a request that is answered with a `Response`. It begins to be answered when the handler has returned
 * that, and has ended once the body was read to its end, cancelled, or broke.
 */
export class WebExchange extends Exchange {
  /** The decision that restricts the request most. */
  decision: Decision | undefined;
  /** Whether the handler has returned or thrown, or a gate has refused the request. */
  isAnswered = false;
  /** The answer of the gate that has refused the request. */
  #refusal: Response | undefined;
  readonly #request: Request;
  readonly #fields: Record<string, string> = {};
  #ending: Ending | undefined;
  #forgetEnd: (() => void) | undefined;

  constructor(request: Request) {
    super();
    this.#request = request;
  }

  /** Sets a header field of the answer to come. */
  setField(name: string, value: string): void {
    this.#fields[name] = value;
  }

  /** The request is refused. The fields of the refusal tell of more limits than those that were set before. */
  refuse({ status, headers, body }: Refusal): void {
    const length = `${Buffer.byteLength(body)}`;
    const fields = { ...this.#fields, ...headers, 'Content-Length': length };
    this.#refusal = new Response(body, { status, headers: fields });
  }

  /** Takes over the fields of a refusal in which one was set before. */
  showFieldsOf(headers: HeaderFields): void {
    for (const name of Object.keys(this.#fields)) {
      const value = headers[name];
      if (value !== undefined) this.#fields[name] = value;
    }
  }

  /** The answer of the gate that has refused the request. */
  get refusal(): Response {
    return this.#refusal as Response;
  }

  /**
   * The request is answered with this.
   * @returns the answer as it is to be sent: the same, or a copy of it, with the fields that gates have set
   */
  answered(response: Response): Response {
    const { status } = response;
    this.isAnswered = true;
    this.begin(status);
    if (response === this.#refusal || this.isSentAsItIs(response)) {
      this.#settle({ status, aborted: false });
      return response;
    }
    if (!this.isWatched) return withFields(response, this.#fields);
    const { body } = response;
    if (body === null || isWithoutBody(this.#request.method, status)) {
      this.#settle({ status, aborted: false });
      return withFields(response, this.#fields);
    }
    const watched = watchedBody(body, {
      read: () => this.#settle({ status, aborted: false }),
      broke: error => this.#settle({ aborted: false, error }),
      left: () => this.#leave(),
    });
    return withFields(new Response(watched, response), this.#fields);
  }

  /** Whether nothing can be changed about an answer. */
  protected isSentAsItIs(response: Response): boolean {
    return isSentAsItIs(response);
  }

  /** The error left the outermost gate. How it is answered is not seen here, so the status is that which it asks for. */
  failed(error: unknown): void {
    this.isAnswered = true;
    this.error = error;
    this.#settle({ status: statusOf(error), aborted: false });
  }

  /** What was thrown until now while the request was handled. */
  protected thrown(): unknown {
    return this.error;
  }

  protected lookForHead(): void {
    // `answered` tells.
  }

  protected lookForEnd(): void {
    const { signal } = this.#request;
    const leave = () => this.#leave();
    signal.addEventListener('abort', leave);
    // Workers stop all that a request is about once its client has left: nobody would hear of its end.
    const ended = new Promise<void>(resolve => {
      this.#forgetEnd = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
    });
    this.waitUntil(ended);
  }

  protected ending(): Ending | undefined {
    return this.#ending ?? (this.#request.signal.aborted ? { aborted: true } : undefined);
  }

  /** The client has left. It counts as the server's fault if the handler had failed. */
  #leave(): void {
    const error = this.thrown();
    this.#settle({ aborted: error === undefined || statusOf(error) < 500 });
  }

  #settle(ending: Ending): void {
    if (this.#ending !== undefined) return;
    const error = this.thrown();
    this.#ending = error === undefined ? ending : { error, ...ending };
    this.#forgetEnd?.();
    this.end(this.#ending);
  }
}
