import { type Clock, TimeoutError } from '@breaking/core';
import { wakeAt, whenAborted } from '@breaking/core/internal';

/** The type of the global `fetch`. */
export type Fetch = typeof globalThis.fetch;

/** What fetch takes first: a URL or a Request. */
export type Input = Parameters<Fetch>[0];

/** How long an attempt may take. */
export interface Times {
  /** Seconds until the head of the answer is there. */
  readonly timeoutSecs: number | undefined;
  /** Seconds from then until its body is over. */
  readonly bodyTimeoutSecs: number | undefined;
  readonly clock: Clock;
}

/** An answer, and what ends watching over its body, where somebody does. */
export interface Timed {
  readonly response: Response;
  readonly end: (() => void) | undefined;
}

/**
 * Fetches within a time. The caller's signal still aborts the call, and the body after it.
 * @throws (rejects with) TimeoutError, and what fetch rejects with
 */
export async function timedFetch(
  fetch: Fetch,
  { timeoutSecs, bodyTimeoutSecs, clock }: Times,
  input: Input,
  init: RequestInit | undefined,
  signal: AbortSignal | undefined,
): Promise<Timed> {
  if (timeoutSecs === undefined && bodyTimeoutSecs === undefined) {
    return { response: await fetch(input, init), end: undefined };
  }
  const controller = new AbortController();
  const stopListening = signal && whenAborted(signal, () => controller.abort(signal.reason));
  const abortIn = (secs: number | undefined, what: string) => {
    if (secs === undefined) return nothing;
    const abort = () => controller.abort(new TimeoutError(what, secs));
    return wakeAt(clock, clock.secondsSinceEpoch() + secs, abort);
  };
  const cancelTimer = abortIn(timeoutSecs, 'fetch');
  try {
    const response = await fetch(input, { ...init, signal: controller.signal });
    const cancelBodyTimer = abortIn(bodyTimeoutSecs, 'The body of an answer to fetch');
    const end = () => {
      cancelBodyTimer();
      stopListening?.();
    };
    return { response, end: signal || bodyTimeoutSecs ? end : undefined };
  } catch (error) {
    stopListening?.();
    // Other fetches than undici's reject with an error of their own.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    cancelTimer();
  }
}

function nothing(): void {}
