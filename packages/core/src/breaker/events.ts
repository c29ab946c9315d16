import { channel } from 'node:diagnostics_channel';

/** A closed breaker admits every call, an open one none, a half-open one single probes, which show whether it can close. */
export type CircuitState = 'closed' | 'open' | 'halfOpen';

/** How a call ended. An ignored call says nothing about whether the other side works. */
export type CallOutcome = 'success' | 'failure' | 'ignored';

/**
 * Why a breaker changed its state. `tooManyErrors`: less than one token was left. `cooldownElapsed`: the first probe
 * was admitted. `probeFailed`: a probe failed. `probesSucceeded`: enough probes in a row succeeded. `trip`, `reset`:
 * the method of that name was called.
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
  /** Seconds from admission to outcome; absent if there was no admission, or nobody was subscribed at that moment. */
  readonly durationSecs?: number;
}

// Kept in a variable, since a channel is collected when nothing refers to it. Messages are built only if it has
// subscribers.
const transitionChannel = channel('breaking:circuit_breaker:transition');
const callChannel = channel('breaking:circuit_breaker:call');

/** The breaker that events are about. */
export interface Source {
  readonly name: string;
  readonly key: string | undefined;
}

/** Whether the channel of calls has subscribers. */
export function hasCallListeners(): boolean {
  return callChannel.hasSubscribers;
}

/** Publishes how a call ended, or that it was refused. */
export function publishCall(source: Source, outcome: CallMessage['outcome'], durationSecs?: number): void {
  if (!callChannel.hasSubscribers) return;
  callChannel.publish(callMessage(source, outcome, durationSecs));
}

/** Without a spread, which takes 200 ns longer. */
function callMessage(
  { name, key }: Source,
  outcome: CallMessage['outcome'],
  durationSecs: number | undefined,
): CallMessage {
  if (key === undefined)
    return durationSecs === undefined ? { name, outcome } : { name, outcome, durationSecs };
  return durationSecs === undefined ? { name, key, outcome } : { name, key, outcome, durationSecs };
}

/**
 * Publishes a transition and calls `onTransition`.
 * @param by the method that caused it; if there is none, the reason follows from the states
 */
export function publishTransition(
  source: Source,
  change: Pick<TransitionMessage, 'from' | 'to' | 'retryAfterSecs'>,
  by?: 'trip' | 'reset',
  onTransition?: (message: TransitionMessage) => void,
): void {
  if (onTransition === undefined && !transitionChannel.hasSubscribers) return;
  const { from, to, retryAfterSecs } = change;
  const reason = by ?? reasonOf(from, to);
  const message: TransitionMessage = { ...named(source), from, to, reason, retryAfterSecs };
  transitionChannel.publish(message);
  onTransition?.(message);
}

function reasonOf(from: CircuitState, to: CircuitState): TransitionReason {
  if (to === 'closed') return 'probesSucceeded';
  if (to === 'halfOpen') return 'cooldownElapsed';
  return from === 'closed' ? 'tooManyErrors' : 'probeFailed';
}

function named({ name, key }: Source): Pick<CallMessage, 'name' | 'key'> {
  return key === undefined ? { name } : { name, key };
}
