import { WebExchange } from './webExchange.js';

/**
 * What a runtime may pass to handlers: work that continues after the response must be registered here, or the runtime stops
 * it.
 */
interface Platform {
  waitUntil(promise: Promise<unknown>): void;
}

/** One call of a guarded handler. */
export class Call extends WebExchange {
  readonly request: Request;
  /** Further arguments of the runtime. */
  readonly rest: readonly unknown[];

  constructor(request: Request, rest: readonly unknown[]) {
    super(request);
    this.request = request;
    this.rest = rest;
  }

  override waitUntil(promise: PromiseLike<unknown>): void {
    this.rest.find(isPlatform)?.waitUntil(Promise.resolve(promise));
  }
}

function isPlatform(value: unknown): value is Platform {
  return typeof (value as Partial<Platform> | null | undefined)?.waitUntil === 'function';
}
