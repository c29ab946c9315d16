import { channel } from 'node:diagnostics_channel';
import type { CallOutcome, CircuitState } from './state.js';
import type { Decision, DecisionSource } from '../bucket/decision.js';

/** Published on `breaking:rate_limit:decision`. */
export interface DecisionMessage {
  readonly name: string;
  readonly key: string;
  readonly cost: number;
  readonly decision: Decision;
  /** Whether this limiter rejects for this key; false in shadow mode. */
  readonly enforced: boolean;
  readonly source: DecisionSource;
}

/** Published on `breaking:store:error`. */
export interface StoreErrorMessage {
  readonly name: string;
  readonly error: unknown;
  readonly onStoreError: 'local' | 'allow' | 'deny';
}

/**
 * Why a breaker changed its state. `tooManyErrors`: fewer than one token was left. `cooldownElapsed`: the first probe
 * was admitted. `probeFailed`, `probesSucceeded`: what they say. `trip`, `reset`: somebody called that method.
 */
export type TransitionReason =
  | 'tooManyErrors'
  | 'cooldownElapsed'
  | 'probeFailed'
  | 'probesSucceeded'
  | 'trip'
  | 'reset';

/** Published on `breaking:circuit_breaker:transition`. */
export interface TransitionMessage {
  readonly name: string;
  /** Absent for a breaker without a key. */
  readonly key?: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: TransitionReason;
  /** Seconds until the next call may be admitted; 0 when closed. */
  readonly retryAfterSecs: number;
}

/** Published on `breaking:circuit_breaker:call`. */
export interface CallMessage {
  readonly name: string;
  /** Absent for a breaker without a key. */
  readonly key?: string;
  readonly outcome: CallOutcome | 'refused';
  /** Seconds from admission to outcome; absent where there was no admission, or nobody listened at that time. */
  readonly durationSecs?: number;
}

// A channel lives as long as someone holds it: these do. Messages are built only where `hasSubscribers` is true.
export const decisionChannel = channel('breaking:rate_limit:decision');
export const storeErrorChannel = channel('breaking:store:error');
export const transitionChannel = channel('breaking:circuit_breaker:transition');
export const callChannel = channel('breaking:circuit_breaker:call');
