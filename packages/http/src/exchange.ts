import type { Incoming, Outgoing, Source } from './binding.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { Visit } from './visit.js';

const EXCHANGE = Symbol('breaking.exchange');

type Carrier = Incoming & { [EXCHANGE]?: Exchange };

type Listener = (outcome: Outcome) => void;

/** What the gates keep of one request. It hangs on the raw request, and so lives exactly as long. */
export class Exchange {
  /** The rate limits that this request has met, in order. */
  readonly visits: Visit[] = [];
  /** Whether a gate has refused it: what it is answered then says nothing about the handler. */
  isRefused = false;
  /** What was thrown while the request was handled, as far as the framework tells. */
  error: unknown;
  readonly #outgoing: Outgoing;
  readonly #met: object[] = [];
  #listeners: Listener[] | undefined;

  constructor(outgoing: Outgoing) {
    this.#outgoing = outgoing;
  }

  static of(incoming: Carrier, outgoing: Outgoing): Exchange {
    incoming[EXCHANGE] ??= new Exchange(outgoing);
    return incoming[EXCHANGE];
  }

  /** Whether this is the first time that the request meets the gate: only then does it count. */
  meets(gate: object): boolean {
    if (this.#met.includes(gate)) return false;
    this.#met.push(gate);
    return true;
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
    const outgoing = this.#outgoing;
    if (outgoing.writableFinished || outgoing.destroyed) {
      listener(outcomeOf(outgoing, isAllSent(outgoing), this.error));
    } else if (this.#listeners === undefined) {
      this.#listeners = [listener];
      this.#listen(this.#listeners);
    } else {
      this.#listeners.push(listener);
    }
  }

  #listen(listeners: readonly Listener[]): void {
    const outgoing = this.#outgoing;
    let source: Source | undefined;
    const settle = (finished: boolean) => {
      outgoing.off('finish', onFinish);
      outgoing.off('close', onClose);
      outgoing.off('pipe', onPipe);
      const outcome = outcomeOf(outgoing, finished, this.error === undefined ? brokenBy(source) : this.error);
      for (const listener of listeners) listener(outcome);
    };
    const onFinish = () => settle(outgoing.writableEnded);
    const onClose = () => settle(false);
    const onPipe = (piped: Source) => {
      source = piped;
    };
    outgoing.on('finish', onFinish);
    outgoing.on('close', onClose);
    outgoing.on('pipe', onPipe);
  }
}

function isAllSent({ writableEnded, writableFinished }: Outgoing): boolean {
  return writableEnded && writableFinished;
}

/**
 * The error of a stream that broke while it was sent: Koa 2 and Fastify then end the response without one. A stream that
 * closed early because the response did is no such error.
 */
function brokenBy(source: Source | undefined): Error | undefined {
  const error = source?.errored ?? undefined;
  return error?.code === 'ERR_STREAM_PREMATURE_CLOSE' ? undefined : error;
}

/** For frameworks that tell: what was thrown while the request was handled. It decides only where no final status does. */
export function recordError(incoming: Carrier, error: unknown): void {
  if (incoming[EXCHANGE] !== undefined) incoming[EXCHANGE].error = error;
}

/** Whether anybody waits for the outcome of this request, and with it for its error. */
export function isWatched(incoming: Carrier): boolean {
  return incoming[EXCHANGE]?.isWatched === true;
}
