import type { Repeatability } from './course.js';
import { isResendable } from './retry/body.js';

/** The type of the global `fetch`. */
export type Fetch = typeof globalThis.fetch;

/** What fetch takes first: a URL or a Request. */
export type Input = Parameters<Fetch>[0];

/** What fetch is called with. It is read as fetch reads it. */
export class RequestArguments {
  readonly input: Input;
  readonly init: RequestInit | undefined;
  /** The input, where it is a Request. */
  readonly request: Request | undefined;

  constructor(input: Input, init: RequestInit | undefined) {
    this.input = input;
    this.init = init;
    this.request = isRequest(input) ? input : undefined;
  }

  /** The empty string where there is none. */
  get url(): string {
    if (this.request !== undefined) return this.request.url;
    try {
      return String(this.input);
    } catch {
      return '';
    }
  }

  /** The caller's signal: that of `init` counts before that of a Request, and null there is none. */
  get signal(): AbortSignal | undefined {
    const own = this.init?.signal;
    return own === undefined ? this.request?.signal : (own ?? undefined);
  }

  /** Whether fetch itself will say what is wrong with the signal. */
  get hasWrongSignal(): boolean {
    const { signal } = this;
    return signal !== undefined && typeof signal.addEventListener !== 'function';
  }

  get body(): unknown {
    const own = this.init?.body;
    return own === undefined ? this.request?.body : own;
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
    const { body, signal: _, ...others } = membersOf(init);
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

/** The members of an `init`, also those that it inherits: fetch takes a Request there as well. */
export function membersOf(init: RequestInit | undefined): RequestInit {
  const members: Record<string, unknown> = {};
  for (const name in init) members[name] = init[name as keyof RequestInit];
  return members;
}

/** Whether it is a Request, by what it has: programs have classes of their own for them. */
function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'url' in input && 'headers' in input;
}
