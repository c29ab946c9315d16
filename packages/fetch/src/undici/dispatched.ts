import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { askedOf } from '../asked.js';
import { Course, type Repeatability } from '../course.js';
import type { Settings } from '../options.js';
import { isResendable } from '../retry/body.js';
import type { Passage, Upstreams } from '../upstream.js';
import { Patience } from '../waiting.js';
import { CallerController } from './callerController.js';
import { type HeldAnswer, heldAnswer } from './heldAnswer.js';

type Handler = Dispatcher.DispatchHandler;

/** What undici dispatches, and callbacks are asked about. */
export type DispatchedRequest = Readonly<Dispatcher.DispatchOptions>;

/** How an attempt ended: with the head of an answer, whose body waits, or with an error. */
type Ended = { readonly retryInSecs: number | undefined } & (
  | { readonly answer: HeldAnswer }
  | { readonly error: unknown }
);

/** One request that undici dispatches, with all of its attempts. */
export class Dispatched {
  readonly #dispatch: Dispatcher.Dispatch;
  readonly #settings: Settings;
  readonly #upstreams: Upstreams;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Handler;
  readonly #controller = new CallerController();

  constructor(
    dispatch: Dispatcher.Dispatch,
    settings: Settings,
    upstreams: Upstreams,
    request: Dispatcher.DispatchOptions,
    handler: Handler,
  ) {
    this.#dispatch = dispatch;
    this.#settings = settings;
    this.#upstreams = upstreams;
    this.#request = request;
    this.#handler = handler;
  }

  /** Never rejects: the handler hears of every error. */
  async run(): Promise<void> {
    try {
      // From here on the caller can abort, also while it waits.
      this.#handler.onRequestStart?.(this.#controller, {});
      await this.#protected();
    } catch (error) {
      this.#handler.onResponseError?.(this.#controller, error as Error);
    }
  }

  async #protected(): Promise<void> {
    const { maxWaitSecs, clock } = this.#settings;
    const { signal } = this.#controller;
    signal.throwIfAborted();
    const request = () => this.#request as unknown as Request;
    const { key, cost } = await askedOf(this.#settings, request, originOf(this.#request));
    const upstream = this.#upstreams.of(key);
    const patience = new Patience(clock, maxWaitSecs, signal);
    let hasPlace = false;
    try {
      upstream.failFast();
      await upstream.takePlace(patience);
      hasPlace = true;
      await this.#run(new Course(this.#settings, upstream, cost, patience, () => this.#repeatability));
    } finally {
      if (hasPlace) upstream.leavePlace();
      this.#upstreams.leave(upstream);
    }
  }

  get #repeatability(): Repeatability {
    return {
      method: this.#request.method,
      hasIdempotencyKey: hasHeader(this.#request.headers, 'idempotency-key'),
      isResendable: isResendable('', this.#request.body ?? null),
    };
  }

  /** Resolves once the body of the answer is over. */
  async #run(course: Course): Promise<void> {
    let last: Ended | undefined;
    for (;;) {
      let passage: Passage;
      try {
        passage = await course.next();
      } catch (refusal) {
        if (last === undefined || this.#controller.aborted) throw refusal;
        return this.#give(last);
      }
      if (last !== undefined && 'answer' in last) last.answer.giveUp();
      last = await this.#attempt(course, passage);
      if (last.retryInSecs === undefined) return this.#give(last);
      await course.backOff(last.retryInSecs);
    }
  }

  async #attempt(course: Course, passage: Passage): Promise<Ended> {
    let answer: HeldAnswer;
    try {
      answer = await heldAnswer(
        this.#dispatch,
        this.#request,
        this.#settings,
        this.#handler,
        this.#controller,
      );
    } catch (error) {
      return { error, retryInSecs: course.failed(passage, error) };
    }
    const { status, headers } = answer;
    return { answer, retryInSecs: course.answered(passage, status, fieldsOf(headers), status >= 500) };
  }

  async #give(last: Ended): Promise<void> {
    if ('error' in last) throw last.error;
    await last.answer.handOn();
  }
}

function originOf({ origin }: DispatchedRequest): string {
  return new URL(String(origin)).origin;
}

function fieldsOf(headers: IncomingHttpHeaders): Headers {
  const fields = new Headers();
  for (const [name, value] of Object.entries(headers)) fields.set(name, String(value));
  return fields;
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
