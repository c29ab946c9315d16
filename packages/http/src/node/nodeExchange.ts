import { Exchange } from '../request/exchange.js';
import type { Ending } from '../request/outcome.js';
import { onConnectionClosed } from './connection.js';
import { connectionOfQueued, endingOf, isEnded, isGone, isOver } from './ending.js';
import type { NodeIncoming, Outgoing, Source } from './raw.js';
import { Sources } from './sources.js';
import { onUpgrade } from './upgrade.js';

/** A property of the raw response, or an event that returns its exchange. */
const EXCHANGE = Symbol('breaking.exchange');

/** A request for the exchange of a response. */
interface Asked {
  exchange: NodeExchange | undefined;
}

/** Node's own response, with its exchange. */
type Known = Pick<Outgoing, 'emit'> & { [EXCHANGE]?: NodeExchange };

/**
 * Whether a response still has the prototype of its constructor. Express replaces it with a prototype that has no own
 * constructor.
 */
function isUnchanged(outgoing: object): boolean {
  return Object.hasOwn(Object.getPrototypeOf(outgoing), 'constructor');
}

/**
 * The state of one request with Node's own request and response. It is a property of the raw response, so it lives exactly as
 * long. Nothing else in the frameworks is sure to belong to one request alone: `res.locals` and the like may be shared or
 * replaced. Express changes the prototype of responses, after which each added property takes V8 microseconds. So on Express
 * it is a listener, which takes 1 µs longer than a property elsewhere.
 *
 * A request ends when its response finishes, or closes without having finished. No listener for that stays on the response.
 */
class NodeExchange extends Exchange {
  /** The original `writeHead` of the response, after it was replaced. */
  writeHead: Outgoing['writeHead'] | undefined;
  readonly #incoming: NodeIncoming;
  readonly #outgoing: Outgoing;
  #forgetConnection: (() => void) | undefined;
  #sources: Sources | undefined;
  /** The error of a stream that was piped into the response. Koa 2 and Fastify then end the response without an error. */
  #sourceError: Error | undefined;

  constructor(incoming: NodeIncoming, outgoing: Outgoing) {
    super();
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    if (isUnchanged(outgoing)) {
      (outgoing as Known)[EXCHANGE] = this;
      return;
    }
    outgoing.on(EXCHANGE, (asked: Asked) => {
      asked.exchange = this;
    });
  }

  /** The exchange of a response, if a gate has created one. */
  static of(outgoing: Known): NodeExchange | undefined {
    const held = outgoing[EXCHANGE];
    if (held !== undefined || isUnchanged(outgoing)) return held;
    const asked: Asked = { exchange: undefined };
    outgoing.emit(EXCHANGE, asked);
    return asked.exchange;
  }

  /** The status of the response, after its head was sent. A pipelined response has to wait for its turn first. */
  override get begun(): number | undefined {
    const isQueued = connectionOfQueued(this.#incoming, this.#outgoing) !== undefined;
    return isQueued && this.#incoming.upgrade !== true ? undefined : super.begun;
  }

  /**
   * Informational responses (1xx) do not count. Node sends every head through `writeHead`, even if only `write` or `end` was
   * called. An upgraded connection is written to directly.
   */
  protected lookForHead(): void {
    const [incoming, outgoing] = [this.#incoming, this.#outgoing];
    if (super.begun !== undefined || this.writeHead !== undefined) return;
    if (outgoing.headersSent) {
      this.begin(outgoing.statusCode);
      return;
    }
    if (typeof outgoing.writeHead === 'function') {
      this.writeHead = outgoing.writeHead;
      outgoing.writeHead = writeHeadAndTell;
    }
    if (incoming.upgrade === true) onUpgrade(incoming, outgoing, status => this.begin(status));
  }

  protected lookForEnd(): void {
    const outgoing = this.#outgoing;
    outgoing.on('finish', onFinish);
    outgoing.on('close', onClose);
    outgoing.on('pipe', onPipe);
    const connection = connectionOfQueued(this.#incoming, outgoing);
    if (connection) this.#forgetConnection = onConnectionClosed(connection, () => this.settle(false));
  }

  protected ending(): Ending | undefined {
    if (!isOver(this.#incoming, this.#outgoing)) return undefined;
    return this.#ending(this.#outgoing.writableFinished && isEnded(this.#outgoing));
  }

  settle(finished: boolean): void {
    const outgoing = this.#outgoing;
    outgoing.off('finish', onFinish);
    outgoing.off('close', onClose);
    outgoing.off('pipe', onPipe);
    this.#sources?.forget();
    this.#forgetConnection?.();
    this.end(this.#ending(finished));
  }

  follow(source: Source): void {
    this.#sources ??= new Sources(this.#outgoing, error => {
      // After the client has left, streams are destroyed with errors that say nothing about the server.
      if (!isGone(this.#incoming, this.#outgoing)) this.#sourceError ??= error;
    });
    this.#sources.add(source);
  }

  #ending(finished: boolean): Ending {
    const error = this.error === undefined ? this.#sourceError : this.error;
    return endingOf(this.#incoming, this.#outgoing, finished, error);
  }
}

// All responses share the same listener functions. With a `writeHead` closure for each response, V8 kept every request until
// it collected the old generation, which took a third of the CPU time on Koa.

function onFinish(this: Outgoing): void {
  NodeExchange.of(this)?.settle(isEnded(this));
}

function onClose(this: Outgoing): void {
  NodeExchange.of(this)?.settle(false);
}

function onPipe(this: Outgoing, source: Source): void {
  NodeExchange.of(this)?.follow(source);
}

function writeHeadAndTell(this: Outgoing, ...args: unknown[]): unknown {
  const exchange = NodeExchange.of(this);
  const writeHead = exchange?.writeHead ?? inheritedWriteHead(this);
  const answer = writeHead.apply(this, args);
  if (this.headersSent) exchange?.begin(this.statusCode);
  return answer;
}

/** For a response whose listeners were removed, and its exchange with them. */
function inheritedWriteHead(outgoing: Outgoing): Outgoing['writeHead'] {
  const { writeHead } = outgoing;
  let holder: Outgoing = outgoing;
  while (holder.writeHead === writeHead) holder = Object.getPrototypeOf(holder);
  return holder.writeHead;
}

/**
 * The exchange of a request with Node's own request and response, of HTTP/1 or HTTP/2. Every gate that passes the same raw
 * response gets the same exchange.
 */
export function nodeExchange(incoming: NodeIncoming, outgoing: Outgoing): Exchange {
  return NodeExchange.of(outgoing) ?? new NodeExchange(incoming, outgoing);
}

/** For frameworks that report errors: records what was thrown while the request was handled. A final status counts more. */
export function recordError(outgoing: Known, error: unknown): void {
  const exchange = NodeExchange.of(outgoing);
  if (exchange !== undefined) exchange.error = error;
}

/**
 * For frameworks that report it: records a promise that settles when the handler is done. The handler may run on after the
 * client has left.
 * @returns whether a gate waits for the outcome of this request, and so for its error
 */
export function recordHandling(outgoing: Known, handled: PromiseLike<unknown>): boolean {
  const exchange = NodeExchange.of(outgoing);
  if (exchange?.isWatched !== true) return false;
  exchange.handled = handled;
  return true;
}

/** Whether a gate waits for the outcome of this request, and so for its error. */
export function isWatched(outgoing: Known): boolean {
  return NodeExchange.of(outgoing)?.isWatched === true;
}
