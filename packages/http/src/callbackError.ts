import { types } from 'node:util';
import { check } from '@breaking/core';

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
