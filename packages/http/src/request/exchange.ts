import { errorMonitor } from 'node:events';
import type { Outgoing, Source } from '../binding.js';
import { onConnectionClosed } from './connection.js';
import { connectionOfQueued, type Outcome, outcomeOf } from './outcome.js';
import type { Visit } from './visit.js';

const EXCHANGE = Symbol('breaking.exchange');

/** What an exchange hangs on, see `Binding.carrierOf`. */
type Carrier = { [EXCHANGE]?: Exchange };

type Listener = (outcome: Outcome) => void;

const NONE: readonly never[] = [];

/** Most requests meet one gate: an array of one takes less room than an empty one that grows. */
function added<T>(to: readonly T[], one: T): readonly T[] {
  return to.length === 0 ? [one] : [...to, one];
}

/** What the gates keep of one request. It hangs on an object of that request, and so lives exactly as long. */
export class Exchange {
  /** The rate limits that this request has met, in order. */
  visits: readonly Visit[] = NONE;
  /** How often gates have refused it: what it is answered then says nothing of the handlers that were asked before. */
  refusals = 0;
  /** What was thrown while the request was handled, as far as the framework tells. */
  error: unknown;
  readonly #outgoing: Outgoing;
  #met: readonly object[] = NONE;
  #listeners: Listener[] | undefined;
  /** What broke a stream while it was piped into the response: Koa 2 and Fastify then end that without an error. */
  #sourceError: Error | undefined;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  static of(carrier: object & Carrier, outgoing: Outgoing): Exchange {
    carrier[EXCHANGE] ??= new Exchange(outgoing);
    return carrier[EXCHANGE];
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

  #listen(listeners: Listener[]): void {
    const outgoing = this.#outgoing;
    this.#listeners = listeners;
    const settle = (finished: boolean) => {
      outgoing.off('finish', onFinish);
      outgoing.off('close', onClose);
      outgoing.off('pipe', onPipe);
      forgetConnection?.();
      const outcome = this.#outcome(finished);
      for (const listener of listeners) listener(outcome);
    };
    const onFinish = () => settle(outgoing.writableEnded);
    const onClose = () => settle(false);
    const onPipe = (source: Source) => {
      source.on(errorMonitor, error => {
        // Once the client is gone an error is no more than what tore the stream down.
        if (!isGone(outgoing)) this.#sourceError ??= error;
      });
    };
    outgoing.on('finish', onFinish);
    outgoing.on('close', onClose);
    outgoing.on('pipe', onPipe);
    const connection = connectionOfQueued(outgoing);
    const forgetConnection = connection && onConnectionClosed(connection, onClose);
  }

  #outcome(finished: boolean): Outcome {
    const error = this.error === undefined ? this.#sourceError : this.error;
    return outcomeOf(this.#outgoing, finished, error);
  }
}

function isOver(outgoing: Outgoing): boolean {
  return outgoing.writableFinished || outgoing.destroyed || connectionOfQueued(outgoing)?.destroyed === true;
}

/** Whether nobody receives the response any more. */
function isGone({ destroyed, req, stream }: Outgoing): boolean {
  return destroyed || req?.socket?.destroyed === true || stream?.aborted === true;
}

function isAllSent({ writableEnded, writableFinished }: Outgoing): boolean {
  return writableEnded && writableFinished;
}

/** For frameworks that tell: what was thrown while the request was handled. It decides only where no final status does. */
export function recordError(carrier: object & Carrier, error: unknown): void {
  if (carrier[EXCHANGE] !== undefined) carrier[EXCHANGE].error = error;
}

/** Whether anybody waits for the outcome of this request, and with it for its error. */
export function isWatched(carrier: object & Carrier): boolean {
  return carrier[EXCHANGE]?.isWatched === true;
}
