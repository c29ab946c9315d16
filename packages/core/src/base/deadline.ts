import { whenAborted } from './abort.js';
import { atMost, positive } from './check.js';
import { TimeoutError } from './errors.js';
import { isThenable } from './thenable.js';

/** The longest that a timer waits, 2^31 − 1 milliseconds: one set for longer would go off at once. */
const LONGEST_SECS = 2_147_483;

/** @throws TypeError or RangeError for what is no time that {@link within} can wait: > 0, at most 2,147,483 seconds */
export function asDeadline(what: string, secs: unknown): number {
  return atMost(what, positive(what, secs), LONGEST_SECS);
}

/** How late a timer is at most in a process that has time, in milliseconds. */
const PUNCTUAL_MS = 2;

/**
 * What `answer` settles with, or a rejection once `deadlineSecs` have passed. An answer that comes later is dropped, a
 * late rejection too. The timer is gone as soon as either happens.
 *
 * A process that stood still hears its timers first, and then what has long arrived: it is given one turn to read that.
 * @param giveUp called right before such a rejection, with its error
 * @throws TimeoutError
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
    // Resolving a promise with it, as `await` does, is safe whatever its `then` is; calling that ourselves is not.
    new Promise<T>(settle => settle(answer)).then(resolve, reject).finally(() => {
      clearTimeout(timer);
      clearImmediate(lastTurn);
    });
  });
}

/**
 * Calls `fn` with a signal that aborts when the caller's does, and once `timeoutSecs` have passed without an answer.
 * What `fn` does after that is dropped.
 * @throws (rejects with) TimeoutError, the reason of that second abort, and whatever `fn` throws
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
