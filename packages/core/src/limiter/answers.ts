import type { Decision } from '../bucket/decision.js';
import type { BucketStore } from '../store/store.js';

/** What a store answers about limits with these names. */
export type DecisionOf<S extends BucketStore, O extends 'check' | 'peek', Name extends string> =
  ReturnType<S[O]> extends Promise<unknown>
    ? Promise<Decision<Name>>
    : ReturnType<S[O]> extends Decision
      ? Decision<Name>
      : Decision<Name> | Promise<Decision<Name>>;

/** A result of a type that is returned directly or as a promise, as the store's decisions are. */
export type SameWay<S extends BucketStore, T> =
  ReturnType<S['check']> extends Promise<unknown>
    ? Promise<T>
    : ReturnType<S['check']> extends Decision
      ? T
      : T | Promise<T>;
