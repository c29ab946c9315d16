import { copiedInit } from './copied.js';
import type { Repeatability } from './course.js';
import { isResendable } from './retry/body.js';

/** The type of the global `fetch`. */
export type Fetch = typeof globalThis.fetch;

/** What fetch takes first: a URL or a Request. */
export type Input = Parameters<Fetch>[0];

/** What fetch is called with, read as fetch reads it. */
export class RequestArguments {
  readonly input: string | Request;
  readonly init: RequestInit | undefined;
  /** The input, where it is a Request. */
  readonly request: Request | undefined;

  /** @throws what is wrong with them, as far as that can be told without making a Request */
  private constructor(input: Input, init: RequestInit | undefined | null) {
    this.request = isRequest(input) ? input : undefined;
    // Not by String(), which takes symbols.
    this.input = this.request ?? `${input as string | URL}`;
    if (typeof (init ?? {}) !== 'object') throw new TypeError('init must be an object');
    this.init = init ? copiedInit(init) : undefined;
    const { signal } = this;
    if (signal !== undefined && typeof signal.addEventListener !== 'function')
      throw new TypeError('signal must be an AbortSignal');
  }

  /** @returns undefined for what fetch itself must refuse: it knows best how */
  static of(input: Input, init: RequestInit | undefined): RequestArguments | undefined {
    try {
      return new RequestArguments(input, init);
    } catch {
      return undefined;
    }
  }

  get url(): string {
    return this.request?.url ?? (this.input as string);
  }

  /** The caller's signal: that of `init` counts before that of a Request, and null there is none. */
  get signal(): AbortSignal | undefined {
    const own = this.init?.signal;
    return own === undefined ? this.request?.signal : (own ?? undefined);
  }

  get body(): unknown {
    return this.init?.body ?? this.request?.body;
  }

  /** The init with a signal of ours in it. */
  initWith(signal: AbortSignal): RequestInit {
    return { ...this.#forgotten, ...this.init, signal };
  }

  /** What fetch forgets of a Request as soon as there is anything in an init. */
  get #forgotten(): RequestInit | undefined {
    const { init = {}, request } = this;
    if (request === undefined || Object.keys(init).length > 0) return undefined;
    const { referrer, referrerPolicy } = request;
    return { ...(referrer !== 'about:client' && { referrer }), ...(referrerPolicy && { referrerPolicy }) };
  }

  get repeatability(): Repeatability {
    const { init, request } = this;
    const fields = headersOf(init?.headers ?? request?.headers);
    return {
      method: init?.method ?? request?.method ?? 'GET',
      hasIdempotencyKey: fields?.has('idempotency-key') === true,
      // The body of a Request is a stream, whatever it was made of.
      isResendable: fields !== undefined && isResendable(this.body),
    };
  }

  /**
   * What callbacks are asked about. The request that is sent is made of the caller's own arguments: a stream in them can
   * be read only once.
   */
  get asked(): Request {
    const { init, request } = this;
    if (request !== undefined && init === undefined) return request;
    const { body, signal: _, ...others } = init ?? {};
    const head = request && { method: request.method, headers: [...request.headers] };
    return new Request(this.url, { ...head, ...others, ...(isResendable(body) && body && { body }) });
  }
}

/** Undefined for ones that no request can have. */
function headersOf(headers: RequestInit['headers']): Headers | undefined {
  try {
    return new Headers(headers);
  } catch {
    return undefined;
  }
}

/** Whether it is a Request, by what it has: programs have classes of their own for them. */
function isRequest(input: Input): input is Request {
  return typeof input === 'object' && input !== null && 'url' in input && 'headers' in input;
}
