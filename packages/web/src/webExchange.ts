import type { Decision, HeaderFields } from '@breaking/core';
import { type Ending, Exchange, type Refusal, statusOf } from '@breaking/http';
import { isSentAsItIs, isWithoutBody, withFields } from './answer.js';
import { watchedBody } from './watchedBody.js';

/**
 * The state of the gates for a request that is answered with a `Response`. The response begins when the handler returns it,
 * and ends when its body was read to the end, was cancelled, or failed.
 */
export class WebExchange extends Exchange {
  /** The most restrictive decision. */
  decision: Decision | undefined;
  /** Whether the handler has returned or thrown, or a gate has refused the request. */
  isAnswered = false;
  /** The response of the gate that refused the request. */
  #refusal: Response | undefined;
  readonly #request: Request;
  readonly #fields: Record<string, string> = {};
  #ending: Ending | undefined;
  #forgetEnd: (() => void) | undefined;

  constructor(request: Request) {
    super();
    this.#request = request;
  }

  /** Sets a header field of the later response. */
  setField(name: string, value: string): void {
    this.#fields[name] = value;
  }

  /** Refuses the request. The fields of the refusal include those of earlier limits, so they replace the fields set before. */
  refuse({ status, headers, body }: Refusal): void {
    const length = `${Buffer.byteLength(body)}`;
    const fields = { ...this.#fields, ...headers, 'Content-Length': length };
    this.#refusal = new Response(body, { status, headers: fields });
  }

  /** Updates the fields that were set before to those of a refusal. */
  showFieldsOf(headers: HeaderFields): void {
    for (const name of Object.keys(this.#fields)) {
      const value = headers[name];
      if (value !== undefined) this.#fields[name] = value;
    }
  }

  /** The response of the gate that refused the request. */
  get refusal(): Response {
    return this.#refusal as Response;
  }

  /**
   * Records the response to the request.
   * @returns the response to send: the same or a copy, with the fields that gates have set
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

  /** Whether a response cannot be changed. */
  protected isSentAsItIs(response: Response): boolean {
    return isSentAsItIs(response);
  }

  /** The outermost gate threw this error. How it is answered is not known here, so the status is the one that the error has. */
  failed(error: unknown): void {
    this.isAnswered = true;
    this.error = error;
    this.#settle({ status: statusOf(error), aborted: false });
  }

  /** An error that was thrown while the request was handled. */
  protected thrown(): unknown {
    return this.error;
  }

  protected lookForHead(): void {
    // `answered` reports it.
  }

  protected lookForEnd(): void {
    const { signal } = this.#request;
    const leave = () => this.#leave();
    signal.addEventListener('abort', leave);
    // Workers stop all work for a request when its client has left, so this keeps the end from being missed.
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

  /** The client has left. This counts as a failure of the server if the handler had failed. */
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
