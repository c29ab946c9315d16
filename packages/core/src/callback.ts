import { shown } from './check.js';
import { isThenable } from './store.js';

/**
 * Calls a function of the user's where its error must reach nobody's call: what it throws or rejects with becomes a
 * process warning with the code `BREAKING_CALLBACK_ERROR`.
 * @returns what the function returned, or `instead` if it threw or returned a promise
 */
export function calledBack<T>(what: string, callback: () => T, instead: T): T {
  try {
    const answer = callback();
    if (!isThenable(answer)) return answer;
    answer.then(undefined, error => warn(what, error));
  } catch (error) {
    warn(what, error);
  }
  return instead;
}

function warn(what: string, error: unknown): void {
  const { message, stack } = error instanceof Error ? error : { message: shown(error) };
  process.emitWarning(`${what} failed: ${message}`, {
    type: 'BreakingWarning',
    code: 'BREAKING_CALLBACK_ERROR',
    ...(stack !== undefined && { detail: stack }),
  });
}
