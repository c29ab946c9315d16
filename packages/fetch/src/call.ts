import { askedOf } from './asked.js';
import { Course, type Repeatability } from './course.js';
import type { Settings } from './options.js';
import { isResendable } from './retry/body.js';
import { type Fetch, type Input, type Timed, timedFetch } from './timed.js';
import type { Passage, Upstreams } from './upstream.js';
import { Patience } from './waiting.js';

/** How an attempt ended, and the seconds until there is to be another. */
type Attempted = { readonly retryInSecs: number | undefined } & (
  | { readonly answer: Timed }
  | { readonly error: unknown }
);

/** One call of a protected fetch, with all of its attempts. */
export class Call {
  readonly #fetch: Fetch;
  readonly #settings: Settings;
  readonly #upstreams: Upstreams;
  readonly #input: Input;
  readonly #init: RequestInit | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(
    fetch: Fetch,
    settings: Settings,
    upstreams: Upstreams,
    input: Input,
    init: RequestInit | undefined,
  ) {
    this.#fetch = fetch;
    this.#settings = settings;
    this.#upstreams = upstreams;
    this.#input = input;
    this.#init = init;
    this.#signal = init?.signal ?? (init?.signal === null ? undefined : this.#request?.signal);
  }

  get #request(): Request | undefined {
    return this.#input instanceof Request ? this.#input : undefined;
  }

  async answer(): Promise<Response> {
    this.#signal?.throwIfAborted();
    const url = urlOf(this.#input);
    // fetch itself says what is wrong with it.
    if (url === undefined) return this.#fetch(this.#input, this.#init);
    const { maxWaitSecs, maxInFlight, clock } = this.#settings;
    const { key, cost } = await askedOf(this.#settings, () => this.#askedAbout(url), url.origin);
    const upstream = this.#upstreams.of(key);
    const patience = new Patience(clock, maxWaitSecs, this.#signal);
    let hasPlace = false;
    const leave = () => {
      if (hasPlace) upstream.leavePlace();
      this.#upstreams.leave(upstream);
    };
    try {
      upstream.failFast();
      await upstream.takePlace(patience);
      hasPlace = true;
      const course = new Course(this.#settings, upstream, cost, patience, () => this.#repeatability);
      const { response, end } = await this.#run(course);
      const over = () => {
        end?.();
        leave();
      };
      if (end === undefined && maxInFlight === Number.POSITIVE_INFINITY) over();
      else this.#upstreams.bodies.onEnd(response, over);
      return response;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** What callbacks are asked about. The request that is sent is made of the caller's own arguments. */
  #askedAbout(url: URL): Request {
    const request = this.#request;
    if (request !== undefined && this.#init === undefined) return request;
    if (isResendable(this.#input, this.#init?.body)) return new Request(this.#input, this.#init);
    // A stream can be read only once, by whoever sends it.
    const { body: _, ...head } = this.#init ?? {};
    return new Request(url, {
      method: request?.method ?? 'GET',
      ...(request && { headers: request.headers }),
      ...head,
    });
  }

  get #repeatability(): Repeatability {
    const headers = new Headers(this.#init?.headers ?? this.#request?.headers);
    return {
      method: this.#init?.method ?? this.#request?.method ?? 'GET',
      hasIdempotencyKey: headers.has('idempotency-key'),
      isResendable: isResendable(this.#input, this.#init?.body),
    };
  }

  /** Tries until there is an answer that is not to be tried again. What cannot be tried again comes back as it is. */
  async #run(course: Course): Promise<Timed> {
    let last: Attempted | undefined;
    for (;;) {
      let passage: Passage;
      try {
        passage = await course.next();
      } catch (refusal) {
        if (last === undefined) throw refusal;
        return this.#given(last);
      }
      discard(last);
      last = await this.#attempt(course, passage);
      if (last.retryInSecs === undefined) return this.#given(last);
      try {
        await course.backOff(last.retryInSecs);
      } catch (reason) {
        discard(last);
        throw reason;
      }
    }
  }

  async #attempt(course: Course, passage: Passage): Promise<Attempted> {
    let answer: Timed;
    try {
      answer = await timedFetch(this.#fetch, this.#settings, this.#input, this.#init, this.#signal);
    } catch (error) {
      return { error, retryInSecs: course.failed(passage, error) };
    }
    const { response } = answer;
    const isFailed = this.#settings.isFailedAnswer(response);
    return { answer, retryInSecs: course.answered(passage, response.status, response.headers, isFailed) };
  }

  /** The end of the last attempt as the end of the call. */
  #given(last: Attempted): Timed {
    if (this.#signal?.aborted) {
      discard(last);
      this.#signal.throwIfAborted();
    }
    if ('error' in last) throw last.error;
    return last.answer;
  }
}

/** An attempt was given up: nobody reads its answer, and its connection must not wait for that. */
function discard(last: Attempted | undefined): void {
  if (last === undefined || !('answer' in last)) return;
  last.answer.end?.();
  last.answer.response.body?.cancel().catch(() => {});
}

function urlOf(input: Input): URL | undefined {
  try {
    return input instanceof URL ? input : new URL(typeof input === 'string' ? input : input.url);
  } catch {
    return undefined;
  }
}
