import type { LimitState, ToldState } from './limitState.js';

/** A request that all its limits allow. */
export interface Allowed<Name extends string = string> {
  readonly allowed: true;
  /** Each limit after this decision, in the order in which they were given. */
  readonly limits: readonly LimitState<Name>[];
  /** None. */
  readonly violated: readonly Name[];
  readonly blocked: false;
  readonly retryAfterSecs: 0;
}

/** A request that is refused. Nothing was taken from any limit. */
export interface Refused<Name extends string = string> {
  readonly allowed: false;
  /** Each limit after this decision, in the order in which they were given. */
  readonly limits: readonly LimitState<Name>[];
  /** The names of the limits that refused; empty if a block refused. */
  readonly violated: readonly Name[];
  /** Whether a block refused it, whatever the buckets hold. */
  readonly blocked: boolean;
  /** Seconds after which the same request would be allowed; Infinity if its cost can never fit, or the block has no end. */
  readonly retryAfterSecs: number;
}

/** The decision on one request, narrowed in TypeScript by `allowed`. `Name` is the type of its limits' names. */
export type Decision<Name extends string = string> = Allowed<Name> | Refused<Name>;

/** A Decision as any store may make it: `secondsUntil` and `blocked` may be missing. */
export type ToldDecision = Omit<Decision, 'limits' | 'blocked'> & {
  readonly limits: readonly ToldState[];
  readonly blocked?: boolean;
};

/** What made a decision: the store, buckets in this process while the store fails, or a store in front that did not ask. */
export type DecisionSource = 'store' | 'local' | 'denyCache' | 'lease';
