import { types } from 'node:util';
import { check, isThenable } from '@breaking/core/internal';

/** A value, or a promise of it. */
export type MaybePromise<T> = T | PromiseLike<T>;

/** Calls `next` with a value: at once and without a promise if the value is not a promise. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value);
}

/**
 * A callback of the options. TypeScript compares the parameters of methods both ways, so it may expect a request that has
 * more than the framework's own: `(req: AuthedRequest) => …`.
 */
export type Callback<Args extends readonly unknown[], T> = { call(...args: Args): MaybePromise<T> }['call'];

/** What a `keyOf` may return. */
export type Key = string | number | bigint | null | undefined;

/** A callback that gets a request. */
type Asked<Req, T> = Callback<[req: Req], T> | undefined;

/**
 * Calls several callbacks with one request, all before waiting for any. An undefined callback gives undefined.
 * @throws, or rejects with, the first error
 */
export function askTogether<Req, A, B, C>(
  callbacks: readonly [Asked<Req, A>, Asked<Req, B>, Asked<Req, C>],
  req: Req,
): MaybePromise<readonly [A | undefined, B | undefined, C | undefined]> {
  const answers: unknown[] = [];
  try {
    for (const callback of callbacks) answers.push(callback?.(req));
  } catch (error) {
    // Nothing waits for the earlier promises any more, so a rejection of one must not end the process.
    for (const answer of answers) if (isThenable(answer)) answer.then(undefined, () => {});
    throw error;
  }
  type Answers = [A | undefined, B | undefined, C | undefined];
  return answers.some(isThenable) ? (Promise.all(answers) as Promise<Answers>) : (answers as Answers);
}

/**
 * What a callback threw, as an Error. Frameworks treat values that are not Errors specially: `undefined` would let the
 * request pass, 'route' would send it to another route.
 */
export function asError(what: string, thrown: unknown): Error {
  // Errors of another realm are errors too.
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown;
  return new Error(`${what}: a callback threw ${check.shown(thrown)} instead of an Error`, { cause: thrown });
}

/**
 * The result of a `keyOf` as a key: numbers and bigints count as their digits, null as undefined.
 * @throws TypeError or RangeError for anything else
 */
export function asKey(what: string, key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (key === undefined || key === null) return undefined;
  if (typeof key === 'bigint') return `${key}`;
  if (typeof key === 'number') return `${check.finite(`${what}: keyOf`, key)}`;
  throw new TypeError(`${what}: keyOf must return a string, a number or undefined, got ${check.shown(key)}`);
}
