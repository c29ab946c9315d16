import type { Ending } from './outcome.js';
import type { Visit } from './visit.js';

const NONE: readonly never[] = [];

/** Most requests meet one gate. An array that is made with one element takes less memory than an empty one that grows. */
function added<T>(to: readonly T[], one: T): readonly T[] {
  return to.length === 0 ? [one] : [...to, one];
}

/** What waits for how a request goes. */
export interface Watcher {
  /** The head of the answer was sent. */
  begun?(): void;
  /** The request has ended. */
  ended(ending: Ending): void;
}

/**
 * One request and its answer: what the gates keep of it, when the answer begins, and how it ends. How that is found out
 * depends on where requests come from: `nodeExchange` makes one for Node's own request and response, and an adapter for
 * something else extends this class.
 */
export abstract class Exchange {
  /** The rate limits that this request has met, in order. */
  visits: readonly Visit[] = NONE;
  /** How often gates have refused it. The answer then says nothing about the handlers behind the gates before. */
  refusals = 0;
  /** What was thrown while the request was handled, if the framework tells. */
  error: unknown;
  /** Settles when the handler is done, if the framework tells. */
  handled: PromiseLike<unknown> | undefined;
  #met: readonly object[] = NONE;
  #begun: number | undefined;
  #watchers: Watcher[] | undefined;

  /** Looks out for the head of the answer from now on, and calls `begin` for it; at once if it was sent. */
  protected abstract lookForHead(): void;

  /** Looks out for the end of the request from now on, and calls `end` for it, once. */
  protected abstract lookForEnd(): void;

  /** How the request has ended, if it is over. */
  protected abstract ending(): Ending | undefined;

  /** Whether the request meets the gate for the first time. Only then does it count. */
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

  /** Whether somebody waits for the outcome. */
  get isWatched(): boolean {
    return this.#watchers !== undefined;
  }

  /** The status of the answer, once its head was sent. Only known where a watcher waits for it. */
  get begun(): number | undefined {
    return this.#begun;
  }

  /** Tells the watcher when the head of the answer is sent, and how the request ended, each once, or at once if it has happened. */
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

  /** The head of the answer is sent, with this status. */
  begin(status: number): void {
    if (this.#begun !== undefined) return;
    this.#begun = status;
    for (const watcher of this.#watchers ?? []) watcher.begun?.();
  }

  /** The request has ended. */
  protected end(ending: Ending): void {
    for (const watcher of this.#watchers ?? []) watcher.ended(ending);
  }

  /** Keeps the process at work until a promise has settled, where a platform may stop it once the answer was sent. */
  waitUntil(_promise: PromiseLike<unknown>): void {}
}
