import { channel } from 'node:diagnostics_channel';

/** Closed lets every call through, open none; halfOpen lets single probes through, to see whether it may close. */
export type CircuitState = 'closed' | 'open' | 'halfOpen';

/** What became of a call. An ignored one says nothing about whether the other side works. */
export type CallOutcome = 'success' | 'failure' | 'ignored';

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
export const transitionChannel = channel('breaking:circuit_breaker:transition');
export const callChannel = channel('breaking:circuit_breaker:call');
