import { shown } from './check.js';
import { isThenable } from './thenable.js';

/**
 * Calls a function of the user's where its error must reach nobody's call: what it throws or rejects with becomes a
 * process warning with the code `BREAKING_CALLBACK_ERROR`.
 * @returns what the function returned, or `instead` if it threw or returned a promise
 */
export function calledBack<T>(what: string, callback: () => T, instead: T): T {
  try {
    const answer = callback();
    if (!isThenable(answer)) return answer;
    answer.then(undefined, error => warnOfCallback(what, error));
  } catch (error) {
    warnOfCallback(what, error);
  }
  return instead;
}

/** A process warning with the code `BREAKING_CALLBACK_ERROR`, whatever kind of value was thrown. */
export function warnOfCallback(what: string, error: unknown): void {
  const isText = error instanceof Error && typeof error.message === 'string';
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : undefined;
  process.emitWarning(`${what} failed: ${isText ? error.message : shown(error)}`, {
    type: 'BreakingWarning',
    code: 'BREAKING_CALLBACK_ERROR',
    ...(stack !== undefined && { detail: stack }),
  });
}
