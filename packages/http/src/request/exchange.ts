import type { Incoming, Outgoing } from '../binding.js';
import { onConnectionClosed } from './connection.js';
import { onHead } from './head.js';
import { connectionOfQueued, type Ending, endingOf } from './outcome.js';
import { onSourceError } from './sources.js';
import type { Visit } from './visit.js';

/** An event of the raw response to which its exchange answers. */
const EXCHANGE = Symbol('breaking.exchange');

/** A question for the exchange of a response. */
interface Asked {
  exchange: Exchange | undefined;
}

export type { Ending };

type Listener = (ending: Ending) => void;

const NONE: readonly never[] = [];

/** Most requests meet one gate. An array that is made with one element takes less memory than an empty one that grows. */
function added<T>(to: readonly T[], one: T): readonly T[] {
  return to.length === 0 ? [one] : [...to, one];
}

/**
 * What the gates keep of one request. It is a listener on the raw response, and so lives exactly as long. Nothing else that
 * frameworks offer is sure to belong to one request alone: `res.locals` and the like may be shared or replaced. A property of
 * the response would do as well, but Express changes the prototype of responses, and V8 then takes microseconds for each
 * property that is added.
 */
export class Exchange {
  /** The rate limits that this request has met, in order. */
  visits: readonly Visit[] = NONE;
  /** How often gates have refused it. The answer then says nothing about the handlers behind the gates before. */
  refusals = 0;
  /** What was thrown while the request was handled, if the framework tells. */
  error: unknown;
  /** Settles when the handler is done, if the framework tells. */
  handled: PromiseLike<unknown> | undefined;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  #met: readonly object[] = NONE;
  #begun: number | undefined;
  #beginListeners: (() => void)[] | undefined;
  #listeners: Listener[] | undefined;
  /** What broke a stream that was piped into the response: Koa 2 and Fastify end the response without an error then. */
  #sourceError: Error | undefined;

  constructor(incoming: Incoming, outgoing: Outgoing) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  static of(incoming: Incoming, outgoing: Outgoing): Exchange {
    const known = Exchange.known(outgoing);
    if (known !== undefined) return known;
    const exchange = new Exchange(incoming, outgoing);
    outgoing.on(EXCHANGE, (asked: Asked) => {
      asked.exchange = exchange;
    });
    return exchange;
  }

  /** The exchange of a response that has met a gate. */
  static known(outgoing: Pick<Outgoing, 'emit'>): Exchange | undefined {
    const asked: Asked = { exchange: undefined };
    outgoing.emit(EXCHANGE, asked);
    return asked.exchange;
  }

  /** Whether the request meets the gate for the first time. Only then does it count. */
  meets(gate: object): boolean {
    if (this.#met.includes(gate)) return false;
    this.#met = added(this.#met, gate);
    return true;
  }

  visit(visit: Visit): void {
    this.visits = added(this.visits, visit);
  }

  /** Whether somebody waits for the outcome. */
  get isWatched(): boolean {
    return this.#listeners !== undefined;
  }

  /**
   * The status of the answer, once its head was sent, which takes the response's turn on its connection. Only known where
   * somebody waits for it with {@link onBegun}.
   */
  get begun(): number | undefined {
    const isQueued = connectionOfQueued(this.#incoming, this.#outgoing) !== undefined;
    return isQueued && this.#incoming.upgrade !== true ? undefined : this.#begun;
  }

  /** Tells when the head of the answer is sent, or at once if it was. */
  onBegun(listener: () => void): void {
    if (this.#begun !== undefined) listener();
    else if (this.#beginListeners !== undefined) this.#beginListeners.push(listener);
    else {
      const listeners = [listener];
      this.#beginListeners = listeners;
      onHead(this.#incoming, this.#outgoing, status => {
        if (this.#begun !== undefined) return;
        this.#begun = status;
        for (const each of listeners) each();
      });
    }
  }

  /**
   * Tells how the request ended, exactly once: when its response finishes, or closes without having finished, or at once
   * if either has already happened. No listener stays on the response.
   */
  onSettled(listener: Listener): void {
    if (isOver(this.#incoming, this.#outgoing))
      listener(this.#ending(this.#outgoing.writableFinished && isEnded(this.#outgoing)));
    else if (this.#listeners !== undefined) this.#listeners.push(listener);
    else this.#listen([listener]);
  }

  #listen(listeners: Listener[]): void {
    const [incoming, outgoing] = [this.#incoming, this.#outgoing];
    this.#listeners = listeners;
    const settle = (finished: boolean) => {
      outgoing.off('finish', onFinish);
      outgoing.off('close', onClose);
      forgetSources();
      forgetConnection?.();
      const ending = this.#ending(finished);
      for (const listener of listeners) listener(ending);
    };
    const onFinish = () => settle(isEnded(outgoing));
    const onClose = () => settle(false);
    outgoing.on('finish', onFinish);
    outgoing.on('close', onClose);
    const forgetSources = onSourceError(outgoing, error => {
      // Once the client has left, streams are torn down with errors that say nothing about this side.
      if (!isGone(incoming, outgoing)) this.#sourceError ??= error;
    });
    const connection = connectionOfQueued(incoming, outgoing);
    const forgetConnection = connection && onConnectionClosed(connection, onClose);
  }

  #ending(finished: boolean): Ending {
    const error = this.error === undefined ? this.#sourceError : this.error;
    return endingOf(this.#incoming, this.#outgoing, finished, error);
  }
}

function isOver(incoming: Incoming, outgoing: Outgoing): boolean {
  if (outgoing.writableFinished || outgoing.destroyed) return true;
  return connectionOfQueued(incoming, outgoing)?.destroyed === true;
}

/** Whether nobody receives the response any more. */
function isGone({ socket }: Incoming, { destroyed, stream }: Outgoing): boolean {
  return destroyed || socket?.destroyed === true || stream?.aborted === true;
}

/**
 * Whether the server has ended a response that has finished. HTTP/2 calls one finished that was cut off. HTTP/1 is believed:
 * adapters of serverless platforms emit `finish` before `writableEnded`, and never set `writableFinished`.
 */
function isEnded({ stream, writableEnded }: Outgoing): boolean {
  return stream === undefined || writableEnded;
}

/** For frameworks that tell: keeps what was thrown while the request was handled. A final status counts more. */
export function recordError(outgoing: Pick<Outgoing, 'emit'>, error: unknown): void {
  const exchange = Exchange.known(outgoing);
  if (exchange !== undefined) exchange.error = error;
}

/** For frameworks that tell: keeps what settles when the handler is done. It may go on after the client has left. */
export function recordHandling(outgoing: Pick<Outgoing, 'emit'>, handled: PromiseLike<unknown>): void {
  const exchange = Exchange.known(outgoing);
  if (exchange !== undefined) exchange.handled = handled;
}

/** Whether somebody waits for the outcome of this request, and so for its error. */
export function isWatched(outgoing: Pick<Outgoing, 'emit'>): boolean {
  return Exchange.known(outgoing)?.isWatched === true;
}
