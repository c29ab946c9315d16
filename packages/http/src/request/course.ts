import type { Incoming, Outgoing, Source } from '../binding.js';
import { onConnectionClosed } from './connection.js';
import { connectionOfQueued, type Ending, endingOf, isEnded, isGone, isOver } from './outcome.js';
import { Sources } from './sources.js';
import { onUpgrade } from './upgrade.js';

/** An event of the raw response to which its course answers. */
const COURSE = Symbol('breaking.course');

/** A question for the course of a response. */
interface Asked {
  course: Course | undefined;
}

/** What waits for how a request goes. */
export interface Watcher {
  /** The head of the answer was sent. */
  begun?(): void;
  /** The request has ended. */
  ended(ending: Ending): void;
}

/**
 * How one request goes: when its answer begins, and how it ends. It is a listener on the raw response, and so lives exactly as
 * long. Nothing else that frameworks offer is sure to belong to one request alone: `res.locals` and the like may be shared or
 * replaced. A property of the response would do as well, but Express changes the prototype of responses, and V8 then takes
 * microseconds for each property that is added.
 */
export class Course {
  /** What was thrown while the request was handled, if the framework tells. */
  error: unknown;
  /** Settles when the handler is done, if the framework tells. */
  handled: PromiseLike<unknown> | undefined;
  /** The `writeHead` of the response, once another stands in for it. */
  writeHead: Outgoing['writeHead'] | undefined;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  #begun: number | undefined;
  #watchers: Watcher[] | undefined;
  #forgetConnection: (() => void) | undefined;
  #sources: Sources | undefined;
  /** What broke a stream that was piped into the response: Koa 2 and Fastify end the response without an error then. */
  #sourceError: Error | undefined;

  constructor(incoming: Incoming, outgoing: Outgoing) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    outgoing.on(COURSE, (asked: Asked) => {
      asked.course = this;
    });
  }

  /** The course of a response that has met a gate. */
  static of(outgoing: Pick<Outgoing, 'emit'>): Course | undefined {
    const asked: Asked = { course: undefined };
    outgoing.emit(COURSE, asked);
    return asked.course;
  }

  /** Whether somebody waits for the outcome. */
  get isWatched(): boolean {
    return this.#watchers !== undefined;
  }

  /**
   * The status of the answer, once its head was sent, which takes the response's turn on its connection. Only known where
   * a watcher waits for it.
   */
  get begun(): number | undefined {
    const isQueued = connectionOfQueued(this.#incoming, this.#outgoing) !== undefined;
    return isQueued && this.#incoming.upgrade !== true ? undefined : this.#begun;
  }

  /**
   * Tells the watcher when the head of the answer is sent, and how the request ended, each once, or at once if it has happened:
   * a request ends when its response finishes, or closes without having finished. No listener stays on the response.
   */
  watch(watcher: Watcher): void {
    if (watcher.begun !== undefined) {
      this.#noteHead();
      if (this.#begun !== undefined) watcher.begun();
    }
    if (isOver(this.#incoming, this.#outgoing)) {
      watcher.ended(this.#ending(this.#outgoing.writableFinished && isEnded(this.#outgoing)));
      return;
    }
    if (this.#watchers !== undefined) {
      this.#watchers.push(watcher);
      return;
    }
    this.#watchers = [watcher];
    this.#listen();
  }

  /**
   * Informational answers before the head do not count. Node sends every head through `writeHead`, also where only `write` or
   * `end` was called. A connection that is upgraded is written to directly.
   */
  #noteHead(): void {
    const [incoming, outgoing] = [this.#incoming, this.#outgoing];
    if (this.#begun !== undefined || this.writeHead !== undefined) return;
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

  begin(status: number): void {
    if (this.#begun !== undefined) return;
    this.#begun = status;
    for (const watcher of this.#watchers ?? []) watcher.begun?.();
  }

  #listen(): void {
    const outgoing = this.#outgoing;
    outgoing.on('finish', onFinish);
    outgoing.on('close', onClose);
    outgoing.on('pipe', onPipe);
    const connection = connectionOfQueued(this.#incoming, outgoing);
    if (connection) this.#forgetConnection = onConnectionClosed(connection, () => this.settle(false));
  }

  settle(finished: boolean): void {
    const outgoing = this.#outgoing;
    outgoing.off('finish', onFinish);
    outgoing.off('close', onClose);
    outgoing.off('pipe', onPipe);
    this.#sources?.forget();
    this.#forgetConnection?.();
    const ending = this.#ending(finished);
    for (const watcher of this.#watchers ?? []) watcher.ended(ending);
  }

  follow(source: Source): void {
    this.#sources ??= new Sources(this.#outgoing, error => {
      // Once the client has left, streams are torn down with errors that say nothing about this side.
      if (!isGone(this.#incoming, this.#outgoing)) this.#sourceError ??= error;
    });
    this.#sources.add(source);
  }

  #ending(finished: boolean): Ending {
    const error = this.error === undefined ? this.#sourceError : this.error;
    return endingOf(this.#incoming, this.#outgoing, finished, error);
  }
}

// What listens to responses is the same for all of them. A `writeHead` made for each response lets V8 keep every request
// until it collects the old generation, which took a third of the CPU time behind Koa.

function onFinish(this: Outgoing): void {
  Course.of(this)?.settle(isEnded(this));
}

function onClose(this: Outgoing): void {
  Course.of(this)?.settle(false);
}

function onPipe(this: Outgoing, source: Source): void {
  Course.of(this)?.follow(source);
}

function writeHeadAndTell(this: Outgoing, ...args: unknown[]): unknown {
  const course = Course.of(this);
  const writeHead = course?.writeHead ?? inheritedWriteHead(this);
  const answer = writeHead.apply(this, args);
  if (this.headersSent) course?.begin(this.statusCode);
  return answer;
}

/** For a response that has lost its listeners, and its exchange with them. */
function inheritedWriteHead(outgoing: Outgoing): Outgoing['writeHead'] {
  const { writeHead } = outgoing;
  let holder: Outgoing = outgoing;
  while (holder.writeHead === writeHead) holder = Object.getPrototypeOf(holder);
  return holder.writeHead;
}

/** For frameworks that tell: keeps what was thrown while the request was handled. A final status counts more. */
export function recordError(outgoing: Pick<Outgoing, 'emit'>, error: unknown): void {
  const course = Course.of(outgoing);
  if (course !== undefined) course.error = error;
}

/**
 * For frameworks that tell: keeps what settles when the handler is done. It may go on after the client has left.
 * @returns whether somebody waits for the outcome of this request, and so for its error
 */
export function recordHandling(outgoing: Pick<Outgoing, 'emit'>, handled: PromiseLike<unknown>): boolean {
  const course = Course.of(outgoing);
  if (course?.isWatched !== true) return false;
  course.handled = handled;
  return true;
}

/** Whether somebody waits for the outcome of this request, and so for its error. */
export function isWatched(outgoing: Pick<Outgoing, 'emit'>): boolean {
  return Course.of(outgoing)?.isWatched === true;
}
