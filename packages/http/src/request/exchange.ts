import type { Ending } from './outcome.js';
import type { Visit } from './visit.js';

const NONE: readonly never[] = [];

/** Most requests pass one gate. An array created with one element takes less memory than an empty one that grows. */
function added<T>(to: readonly T[], one: T): readonly T[] {
  return to.length === 0 ? [one] : [...to, one];
}

/** Callbacks for the progress of a request. */
export interface Watcher {
  /** The head of the response was sent. */
  begun?(): void;
  /** The request has ended. */
  ended(ending: Ending): void;
}

/**
 * One request and its response: the state that its gates share, when the response starts, and how it ends. `nodeExchange`
 * creates one for Node's own request and response; an adapter for other kinds of requests extends this class.
 */
export abstract class Exchange {
  /** The visits of this request to rate limits, in order. */
  visits: readonly Visit[] = NONE;
  /** How often gates have refused it. The response of a refused request says nothing about the handlers. */
  refusals = 0;
  /** What was thrown while the request was handled, if the framework reports it. */
  error: unknown;
  /** Settles when the handler is done, if the framework reports it. */
  handled: PromiseLike<unknown> | undefined;
  #met: readonly object[] = NONE;
  #begun: number | undefined;
  #watchers: Watcher[] | undefined;

  /** Watches for the head of the response from now on and calls `begin`, at once if it was sent. */
  protected abstract lookForHead(): void;

  /** Watches for the end of the request from now on and calls `end` once. */
  protected abstract lookForEnd(): void;

  /** How the request ended, if it has. */
  protected abstract ending(): Ending | undefined;

  /** Whether this is the request's first pass through the gate. Only the first one counts. */
  meets(gate: object): boolean {
    if (this.#met.includes(gate)) return false;
    this.#met = added(this.#met, gate);
    return true;
  }

  visit(visit: Visit): void {
    this.visits = added(this.visits, visit);
  }

  /** Whether the request has ended. */
  get isOver(): boolean {
    return this.ending() !== undefined;
  }

  /** Whether anything waits for the outcome. */
  get isWatched(): boolean {
    return this.#watchers !== undefined;
  }

  /** The status of the response, after its head was sent. Known only if a watcher waits for it. */
  get begun(): number | undefined {
    return this.#begun;
  }

  /**
   * Calls the watcher when the head of the response is sent and when the request ends, each once, and at once if it already
   * happened.
   */
  watch(watcher: Watcher): void {
    if (watcher.begun !== undefined) {
      this.lookForHead();
      if (this.#begun !== undefined) watcher.begun();
    }
    const ending = this.ending();
    if (ending !== undefined) {
      watcher.ended(ending);
      return;
    }
    if (this.#watchers !== undefined) {
      this.#watchers.push(watcher);
      return;
    }
    this.#watchers = [watcher];
    this.lookForEnd();
  }

  /** The head of the response is sent, with this status. */
  begin(status: number): void {
    if (this.#begun !== undefined) return;
    this.#begun = status;
    for (const watcher of this.#watchers ?? []) watcher.begun?.();
  }

  /** The request has ended. */
  protected end(ending: Ending): void {
    for (const watcher of this.#watchers ?? []) watcher.ended(ending);
  }

  /** Keeps the process running until a promise settles, on platforms that may stop it after the response. */
  waitUntil(_promise: PromiseLike<unknown>): void {}
}
