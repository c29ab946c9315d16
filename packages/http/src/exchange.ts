import type { Breakable, Outgoing } from './binding.js';
import { onConnectionClosed } from './connection.js';
import { type Outcome, outcomeOf, ownError } from './outcome.js';
import type { Visit } from './visit.js';

const EXCHANGE = Symbol('breaking.exchange');

type Carrier = Outgoing & { [EXCHANGE]?: Exchange };

type Listener = (outcome: Outcome) => void;

const NONE: readonly never[] = [];

/** Most requests meet one gate: an array of one takes less room than an empty one that grows. */
function added<T>(to: readonly T[], one: T): readonly T[] {
  return to.length === 0 ? [one] : [...to, one];
}

/** What the gates keep of one request. It hangs on the raw response, and so lives exactly as long. */
export class Exchange {
  /** The rate limits that this request has met, in order. */
  visits: readonly Visit[] = NONE;
  /** Whether a gate has refused it: what it is answered then says nothing about the handler. */
  isRefused = false;
  /** What was thrown while the request was handled, as far as the framework tells. */
  error: unknown;
  /** The stream that was last piped into the response: where that breaks, Koa 2 and Fastify end the response without its error. */
  source: Breakable | undefined;
  readonly #outgoing: Outgoing;
  #met: readonly object[] = NONE;
  #listeners: Listener[] | undefined;
  #forgetConnection: (() => void) | undefined;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  static of(outgoing: Carrier): Exchange {
    outgoing[EXCHANGE] ??= new Exchange(outgoing);
    return outgoing[EXCHANGE];
  }

  /** Whether this is the first time that the request meets the gate: only then does it count. */
  meets(gate: object): boolean {
    if (this.#met.includes(gate)) return false;
    this.#met = added(this.#met, gate);
    return true;
  }

  visit(visit: Visit): void {
    this.visits = added(this.visits, visit);
  }

  /** Whether anybody waits for the outcome. */
  get isWatched(): boolean {
    return this.#listeners !== undefined;
  }

  /**
   * Tells how the request ended, exactly once: when its response finishes, or closes without having finished, or at once
   * if that is past. No listener stays on the response.
   */
  onSettled(listener: Listener): void {
    if (isOver(this.#outgoing)) listener(this.#outcome(isAllSent(this.#outgoing)));
    else if (this.#listeners !== undefined) this.#listeners.push(listener);
    else this.#listen([listener]);
  }

  /** The response has ended. Those who wait are told, and nobody a second time. */
  settle(finished: boolean): void {
    const outgoing = this.#outgoing;
    outgoing.off('finish', onFinish);
    outgoing.off('close', onClose);
    outgoing.off('pipe', onPipe);
    this.#forgetConnection?.();
    const outcome = this.#outcome(finished);
    for (const listener of this.#listeners ?? []) listener(outcome);
    this.#listeners = [];
  }

  #listen(listeners: Listener[]): void {
    const outgoing = this.#outgoing;
    this.#listeners = listeners;
    outgoing.on('finish', onFinish);
    outgoing.on('close', onClose);
    outgoing.on('pipe', onPipe);
    const connection = connectionOfQueued(outgoing);
    if (connection) this.#forgetConnection = onConnectionClosed(connection, () => this.settle(false));
  }

  #outcome(finished: boolean): Outcome {
    return outcomeOf(this.#outgoing, finished, this.error === undefined ? ownError(this.source) : this.error);
  }
}

function onFinish(this: Carrier): void {
  this[EXCHANGE]?.settle(this.writableEnded);
}

function onClose(this: Carrier): void {
  this[EXCHANGE]?.settle(false);
}

function onPipe(this: Carrier, source: Breakable): void {
  Exchange.of(this).source = source;
}

/**
 * The connection of a response that waits for its turn, behind those to earlier requests that were sent on it at once
 * (pipelining). If that closes first, Node tells nothing of such a response: neither `finish` nor `close`.
 */
function connectionOfQueued(outgoing: Outgoing) {
  return outgoing.socket === null ? outgoing.req?.socket : undefined;
}

function isOver(outgoing: Outgoing): boolean {
  return outgoing.writableFinished || outgoing.destroyed || connectionOfQueued(outgoing)?.destroyed === true;
}

function isAllSent({ writableEnded, writableFinished }: Outgoing): boolean {
  return writableEnded && writableFinished;
}

/** For frameworks that tell: what was thrown while the request was handled. It decides only where no final status does. */
export function recordError(outgoing: Carrier, error: unknown): void {
  if (outgoing[EXCHANGE] !== undefined) outgoing[EXCHANGE].error = error;
}

/** Whether anybody waits for the outcome of this response's request, and with it for its error. */
export function isWatched(outgoing: Carrier): boolean {
  return outgoing[EXCHANGE]?.isWatched === true;
}
