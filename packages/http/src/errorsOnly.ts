import { types } from 'node:util';
import { check, isThenable } from '@breaking/core';
import type { MaybePromise } from './maybePromise.js';

/**
 * Runs a step in which callbacks of the user are called, so that whatever it throws or rejects with is an Error. What is
 * none means other things to frameworks: `undefined` would let the request pass, 'route' lead it to another route.
 */
export function errorsOnly<T>(what: string, step: () => MaybePromise<T>): MaybePromise<T> {
  const raise = (thrown: unknown): never => {
    throw asError(what, thrown);
  };
  try {
    const value = step();
    return isThenable(value) ? Promise.resolve(value).then(undefined, raise) : value;
  } catch (thrown) {
    return raise(thrown);
  }
}

function asError(what: string, thrown: unknown): Error {
  // Errors of another realm are errors too.
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown;
  return new Error(`${what}: a callback threw what is no Error: ${check.shown(thrown)}`, { cause: thrown });
}
