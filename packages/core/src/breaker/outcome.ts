import { calledBack } from '../base/callback.js';
import { TimeoutError } from '../base/errors.js';
import { TooManyErrors } from './errors.js';
import type { CallOutcome } from './events.js';
import type { BreakerSettings } from './options.js';

/**
 * What a breaker makes of an error.
 *
 * Ignored are a breaker's refusal, which comes from no upstream, and the caller's own abort: once the caller's signal has
 * aborted, an error that is its reason, has it as `cause`, or is called as clients call an abort. A signal that aborted
 * because its time was up is no such abort.
 * A TimeoutError of ours is always a failure; any other error is one if it counts, and else a success: the other side
 * has answered.
 */
export function outcomeOf(
  error: unknown,
  callerSignal: AbortSignal | undefined,
  { errorTypes, isFailure }: BreakerSettings,
): CallOutcome {
  if (error instanceof TooManyErrors || isCallersAbort(error, callerSignal)) return 'ignored';
  if (error instanceof TimeoutError) return 'failure';
  const isCounted = () => {
    if (errorTypes !== undefined && !errorTypes.some(type => error instanceof type)) return false;
    return isFailure === undefined || isFailure(error);
  };
  return calledBack('CircuitBreaker: isFailure', isCounted, true) ? 'failure' : 'success';
}

/** What fetch and most clients call the error of an abort, and what axios does. */
const ABORTS = ['AbortError', 'CanceledError'];

function isCallersAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (!signal?.aborted || signal.reason?.name === 'TimeoutError') return false;
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  return error === signal.reason || cause === signal.reason || ABORTS.includes(name as string);
}
