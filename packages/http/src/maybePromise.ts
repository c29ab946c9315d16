import { isThenable } from '@breaking/core/internal';

/** A value, or a promise of it. */
export type MaybePromise<T> = T | PromiseLike<T>;

/** Goes on with a value: at once, without a promise, when it is there. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value);
}
