import { whenAborted } from './abort.js';
import { atMost, positive } from './check.js';
import { TimeoutError } from './errors.js';
import { isThenable } from './thenable.js';

/** The longest delay of a timer, 2^31 − 1 milliseconds. A timer with a longer delay fires at once. */
const LONGEST_SECS = 2_147_483;

/** @throws TypeError or RangeError for seconds that {@link within} cannot wait: they must be > 0 and at most 2,147,483 */
export function asDeadline(what: string, secs: unknown): number {
  return atMost(what, positive(what, secs), LONGEST_SECS);
}

/** If a timer fires later than this, the process was blocked or suspended. */
const PUNCTUAL_MS = 2;

/**
 * Settles as `answer` does, or rejects after `deadlineSecs`. Ignores what `answer` does after that. The timer is
 * cleared as soon as either happens.
 *
 * After the process was blocked, timers fire before the answers are read that arrived in the meantime. So if the timer
 * is late, it waits for one more turn of the event loop, in which they are read.
 * @param what the start of the error message
 * @param giveUp called with the TimeoutError right before the rejection
 * @throws (rejects with) TimeoutError
 */
export function within<T>(
  what: string,
  deadlineSecs: number,
  answer: PromiseLike<T>,
  giveUp?: (error: TimeoutError) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const deadlineMs = deadlineSecs * 1000;
    const latestMs = performance.now() + deadlineMs + PUNCTUAL_MS;
    let lastTurn: NodeJS.Immediate | undefined;
    const end = () => {
      const error = new TimeoutError(what, deadlineSecs);
      giveUp?.(error);
      reject(error);
    };
    const timer = setTimeout(() => {
      if (performance.now() > latestMs) lastTurn = setImmediate(end);
      else end();
    }, deadlineMs);
    // `answer` may be any thenable, and `then` of a foreign thenable may throw. A promise resolved with it handles
    // that, as `await` does.
    new Promise<T>(settle => settle(answer)).then(resolve, reject).finally(() => {
      clearTimeout(timer);
      clearImmediate(lastTurn);
    });
  });
}

/**
 * Calls `fn` with a signal that aborts when the caller's signal does, or after `timeoutSecs`. Ignores what `fn` does
 * after the timeout.
 * @param what the start of the error message
 * @throws (rejects with) TimeoutError, which is also the reason of the signal after a timeout, and whatever `fn` throws
 */
export async function callWithin<T>(
  what: string,
  timeoutSecs: number,
  fn: (signal: AbortSignal) => T | PromiseLike<T>,
  callerSignal?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const stopWaiting = callerSignal && whenAborted(callerSignal, () => controller.abort(callerSignal.reason));
  try {
    const answer = fn(controller.signal);
    if (!isThenable(answer)) return answer;
    return await within(what, timeoutSecs, answer, error => controller.abort(error));
  } finally {
    stopWaiting?.();
  }
}
