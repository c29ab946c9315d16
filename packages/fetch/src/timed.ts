import { type Clock, TimeoutError } from '@breaking/core';
import { wakeAt, whenAborted } from '@breaking/core/internal';
import type { Head } from './course.js';
import type { Fetch, RequestArguments } from './request.js';
import { cancelBody } from './retry/body.js';

/** An answer to `fetch`. */
export class Answer implements Head {
  readonly response: Response;
  /** Ends watching over its body, where somebody does. */
  readonly end: (() => void) | undefined;

  constructor(response: Response, end?: () => void) {
    this.response = response;
    this.end = end;
  }

  get status(): number {
    return this.response.status;
  }

  get fields(): Headers {
    return this.response.headers;
  }
}

/** How long an attempt may take. */
export interface Times {
  /** Seconds until the head of the answer is there. */
  readonly timeoutSecs: number | undefined;
  /** Seconds from then until its body is over. */
  readonly bodyTimeoutSecs: number | undefined;
  readonly clock: Clock;
}

/**
 * Fetches within a time. The caller's signal still aborts the call, and the body after it.
 * @throws (rejects with) TimeoutError, and what fetch rejects with
 */
export async function timedFetch(fetch: Fetch, times: Times, called: RequestArguments): Promise<Answer> {
  const { timeoutSecs, bodyTimeoutSecs, clock } = times;
  const { input, signal } = called;
  const attempt = new AbortableAttempt();
  const stopListening = signal && whenAborted(signal, () => attempt.abort(signal.reason));
  const abortIn = (secs: number | undefined, what: string) => {
    if (secs === undefined) return nothing;
    const abort = () => attempt.abort(new TimeoutError(what, secs));
    return wakeAt(clock, clock.secondsSinceEpoch() + secs, abort);
  };
  const cancelTimer = abortIn(timeoutSecs, 'fetch');
  try {
    const [response] = await Promise.all([
      attempt.made(() => fetch(input, called.initWith(attempt.signal))),
      attempt.notAborted,
    ]);
    const cancelBodyTimer = abortIn(bodyTimeoutSecs, 'The body of an answer to fetch');
    const end = () => {
      cancelBodyTimer();
      stopListening?.();
    };
    return new Answer(response, signal || bodyTimeoutSecs ? end : undefined);
  } catch (error) {
    stopListening?.();
    throw error;
  } finally {
    cancelTimer();
  }
}

/**
 * An attempt that ends when it is aborted, whether the fetch that makes it listens to its signal or not. Wait for
 * `Promise.all` of what is {@link made} and {@link notAborted}: unlike `Promise.race`, it leaves the caller in the stack of an
 * error.
 */
class AbortableAttempt {
  readonly notAborted: Promise<void>;
  readonly #controller = new AbortController();
  #resolve: () => void = nothing;
  #reject: (reason: unknown) => void = nothing;

  constructor() {
    this.notAborted = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#reject(reason);
    this.#controller.abort(reason);
  }

  async made(make: () => Promise<Response>): Promise<Response> {
    const response = await make();
    this.#resolve();
    if (this.signal.aborted) cancelBody(response.body, this.signal.reason);
    return response;
  }
}

function nothing(): void {}
