import { type Clock, TimeoutError } from '@breaking/core';
import { wakeAt, whenAborted } from '@breaking/core/internal';
import type { Head } from './course.js';
import type { Fetch, RequestArguments } from './request.js';
import { cancelBody } from './retry/body.js';

/** The response to a `fetch`. */
export class Answer implements Head {
  readonly response: Response;
  /** Stops watching its body, if it is watched. */
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

/** The time limits of an attempt. */
export interface Times {
  /** Seconds until the head of the response must have arrived. */
  readonly timeoutSecs: number | undefined;
  /** Seconds from the head until the body must have ended. */
  readonly bodyTimeoutSecs: number | undefined;
  readonly clock: Clock;
}

/**
 * Fetches within a time limit. The caller's signal still aborts the call, and the body after it.
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
 * An attempt that ends when it is aborted, even if the fetch that makes it ignores its signal. Wait for `Promise.all` of
 * {@link made} and {@link notAborted}: unlike with `Promise.race`, the stack of an error then includes the caller.
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
