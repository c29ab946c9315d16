import { copiedInit } from './copied.js';
import type { Repeatability } from './course.js';
import { isFailedStream, isResendable } from './retry/body.js';
import { isUnsendable } from './retry/rules.js';

/** The type of the global `fetch`. */
export type Fetch = typeof globalThis.fetch;

/** The first argument of fetch: a URL or a Request. */
export type Input = Parameters<Fetch>[0];

/** The arguments of fetch, interpreted as fetch does. */
export class RequestArguments {
  readonly input: string | Request;
  readonly init: RequestInit | undefined;
  /** The input, if it is a Request. */
  readonly request: Request | undefined;

  /** @throws the errors that can be found without making a Request */
  private constructor(input: Input, init: RequestInit | undefined | null) {
    if (typeof (init ?? {}) !== 'object') throw new TypeError('init must be an object');
    this.init = init ? copiedInit(init) : undefined;
    this.request = isRequest(input) ? input : undefined;
    const { signal } = this;
    if (signal !== undefined && typeof signal.addEventListener !== 'function')
      throw new TypeError('signal must be an AbortSignal');
    if (this.request && !signal?.aborted) this.request = taken(this.request, this.init?.body);
    // Not by String(), which takes symbols.
    this.input = this.request ?? `${input as string | URL}`;
  }

  /** @returns undefined for wrong arguments, which fetch itself rejects */
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

  /** The caller's signal: that of `init`, else that of the Request. A null in `init` means none. */
  get signal(): AbortSignal | undefined {
    const own = this.init?.signal;
    return own === undefined ? this.request?.signal : (own ?? undefined);
  }

  get body(): unknown {
    return this.init?.body ?? this.request?.body;
  }

  /** The init with our signal. */
  initWith(signal: AbortSignal): RequestInit {
    return { ...this.#forgotten, ...this.init, signal };
  }

  /** The properties of a Request that fetch ignores as soon as there is an init with any member. */
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
      // The body of a Request is a stream, whatever it was made from.
      isResendable: fields !== undefined && isResendable(this.body),
    };
  }

  /**
   * The request that callbacks receive. The request that is sent is made from the caller's own arguments, since a stream in
   * them can be read only once.
   */
  get asked(): Request {
    const { init, request } = this;
    if (request !== undefined && init === undefined) return request;
    return this.#requestWith(isResendable(init?.body) ? init?.body : undefined);
  }

  /** Whether no request can be made of them, or their body failed: nobody else is to blame for that. */
  isCallersFault(error: unknown): boolean {
    if (isUnsendable(error) || isFailedStream(this.body)) return true;
    if (!(error instanceof TypeError)) return false;
    try {
      this.#requestWith(isResendable(this.body) ? this.init?.body : new ReadableStream());
      return false;
    } catch {
      return true;
    }
  }

  #requestWith(body: RequestInit['body']): Request {
    const { init, request } = this;
    const { body: _, signal: __, ...others } = init ?? {};
    const head = request && { method: request.method, headers: [...request.headers] };
    const stream = init?.body ? undefined : { duplex: 'half' as const };
    return new Request(this.url, { ...head, ...stream, ...others, ...(body && { body }) });
  }
}

/** Fetch takes the body of a Request at once: nobody else can read it then. */
function taken(request: Request, body: RequestInit['body']): Request {
  const isBodyTaken = request instanceof Request && request.body !== null && (body ?? null) === null;
  return isBodyTaken ? new Request(request) : request;
}

/** Undefined for headers that no request can have. */
function headersOf(headers: RequestInit['headers']): Headers | undefined {
  try {
    return new Headers(headers);
  } catch {
    return undefined;
  }
}

/** Whether it is a Request, by its properties: programs may have other classes for it. */
function isRequest(input: Input): input is Request {
  return typeof input === 'object' && input !== null && 'url' in input && 'headers' in input;
}
