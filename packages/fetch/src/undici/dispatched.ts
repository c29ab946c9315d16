import type { Dispatcher } from 'undici';
import type { Way } from '../attempts.js';
import type { Repeatability } from '../course.js';
import type { Settings } from '../options.js';
import { isResendable } from '../retry/body.js';
import { isUnsendable } from '../retry/rules.js';
import type { Upstreams } from '../upstreams.js';
import { visit } from '../visit.js';
import { CallerController } from './callerController.js';
import { type HeldAnswer, heldAnswer } from './heldAnswer.js';

/** What undici dispatches, and callbacks are asked about. */
export type DispatchedRequest = Readonly<Dispatcher.DispatchOptions>;

/** One request that undici dispatches, with all of its attempts. */
export class Dispatched implements Way<HeldAnswer> {
  readonly #dispatch: Dispatcher.Dispatch;
  readonly #settings: Settings;
  readonly #upstreams: Upstreams;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #controller = new CallerController();

  constructor(
    dispatch: Dispatcher.Dispatch,
    settings: Settings,
    upstreams: Upstreams,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ) {
    this.#dispatch = dispatch;
    this.#settings = settings;
    this.#upstreams = upstreams;
    this.#request = request;
    this.#handler = handler;
  }

  /** Never rejects: the handler receives every error. */
  async run(): Promise<void> {
    try {
      // From here on the caller can abort, also while it waits.
      this.#handler.onRequestStart?.(this.#controller, {});
      await this.#protected();
    } catch (error) {
      this.#handler.onResponseError?.(this.#controller, error as Error);
    }
  }

  /** Resolves once the body of the answer is over. */
  async #protected(): Promise<void> {
    const { signal } = this.#controller;
    const called = { asked: this.#request as unknown as Request, signal };
    const { answer, leave } = await visit(this, this.#settings, this.#upstreams, this.#origin(), called);
    try {
      await answer.handOn();
    } finally {
      leave();
    }
  }

  /** A `Client` or a `Pool` calls one origin, and its requests name none. */
  #origin(): string {
    const { origin } = this.#request;
    return origin ? new URL(String(origin)).origin : this.#settings.name;
  }

  send(): Promise<HeldAnswer> {
    return heldAnswer(this.#dispatch, this.#request, this.#settings, this.#handler, this.#controller);
  }

  isFailed({ status }: HeldAnswer): boolean {
    return status >= 500;
  }

  isCallersFault(error: unknown): boolean {
    return isUnsendable(error);
  }

  repeatability(): Repeatability {
    const { method, headers, body } = this.#request;
    return {
      method,
      hasIdempotencyKey: hasHeader(headers, 'idempotency-key'),
      isResendable: isResendable(body),
    };
  }

  discard(answer: HeldAnswer): void {
    answer.giveUp();
  }
}

/** Headers come to undici as an object, as a list of names and values, or as an iterable of pairs. */
function hasHeader(headers: DispatchedRequest['headers'], wanted: string): boolean {
  if (!headers) return false;
  const isWanted = (name: unknown) => String(name).toLowerCase() === wanted;
  if (Array.isArray(headers)) {
    return headers.some((each, i) =>
      Array.isArray(each) ? isWanted(each[0]) : i % 2 === 0 && isWanted(each),
    );
  }
  if (Symbol.iterator in headers) return [...headers].some(([name]) => isWanted(name));
  return Object.keys(headers).some(isWanted);
}
