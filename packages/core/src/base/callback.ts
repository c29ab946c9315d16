import { shown } from './check.js';
import { isThenable } from './thenable.js';
import { RareWarning } from './warning.js';

/**
 * A user's function whose errors must not reach the caller: an error that it throws, or rejects with, becomes a process
 * warning with the code `BREAKING_CALLBACK_ERROR`, at most one a minute.
 * @param what the start of the warning
 * @param instead what is returned if the function throws or returns a promise
 */
export function unthrowing<A extends unknown[], T>(
  what: string,
  callback: (...args: A) => T,
  instead: T,
): (...args: A) => T {
  const warn = callbackWarning(what);
  return (...args) => {
    try {
      const answer = callback(...args);
      if (!isThenable(answer)) return answer;
      answer.then(undefined, warn);
    } catch (error) {
      warn(error);
    }
    return instead;
  };
}

/**
 * Returns a function that warns of an error of one callback: a process warning with the code `BREAKING_CALLBACK_ERROR`,
 * at most one a minute. The error may be any value.
 * @param what the start of the warning
 */
export function callbackWarning(what: string): (error: unknown) => void {
  const warning = new RareWarning('BREAKING_CALLBACK_ERROR');
  return error => {
    const { message, stack } = error instanceof Error ? error : { message: undefined, stack: undefined };
    const text = typeof message === 'string' ? message : shown(error);
    warning.give(`${what} failed: ${text}`, typeof stack === 'string' ? stack : undefined);
  };
}
