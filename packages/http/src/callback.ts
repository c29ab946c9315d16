import { types } from 'node:util';
import { check, isThenable } from '@breaking/core/internal';
import type { MaybePromise } from './maybePromise.js';

/**
 * What a callback of the user's threw, as an Error. What is none means other things to frameworks: `undefined` would let
 * the request pass, 'route' lead it to another route.
 */
export function asError(what: string, thrown: unknown): Error {
  // Errors of another realm are errors too.
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown;
  return new Error(`${what}: a callback threw what is no Error: ${check.shown(thrown)}`, { cause: thrown });
}

/** The same promise, but that it rejects with Errors alone. */
export function rejectingWithErrors<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  return Promise.resolve(promise).catch((thrown: unknown) => {
    throw asError(what, thrown);
  });
}

/** Takes a step on `x` in which callbacks of the user are called: whatever it throws or rejects with is an Error. */
export function errorsOnly<X, T>(what: string, step: (x: X) => MaybePromise<T>, x: X): MaybePromise<T> {
  try {
    const value = step(x);
    return isThenable(value) ? rejectingWithErrors(what, value) : value;
  } catch (thrown) {
    throw asError(what, thrown);
  }
}
