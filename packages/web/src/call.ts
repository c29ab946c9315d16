import { WebExchange } from './webExchange.js';

/** What a runtime may hand to handlers: where the work that goes on after the answer is told, or the runtime stops it. */
interface Platform {
  waitUntil(promise: Promise<unknown>): void;
}

/** One call of a guarded handler. */
export class Call extends WebExchange {
  readonly request: Request;
  /** What the runtime has handed over beside the request. */
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

function isPlatform(given: unknown): given is Platform {
  return typeof (given as Partial<Platform> | null | undefined)?.waitUntil === 'function';
}
