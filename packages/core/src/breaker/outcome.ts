import type { CallOutcome } from './events.js';
import type { BreakerSettings } from './options.js';
import type { CallEnd } from './permit.js';

/**
 * How a call counts that has ended.
 *
 * Ignored are the refusal of a breaker or of a concurrency limiter, which comes from no upstream, and the caller's own abort: once the caller's signal has
 * aborted, an error that is its reason, has it as `cause`, or has the name that clients give to an abort. A signal that
 * aborted because its time was up (`AbortSignal.timeout`) is no such abort.
 * A TimeoutError of ours is always a failure. Any other error is a failure if it counts, else a success: the other side
 * has answered. So is a result, unless `isFailedResult` says otherwise.
 * @param told what was returned or thrown
 */
export function outcomeOf(
  end: CallEnd,
  told: unknown,
  callerSignal: AbortSignal | undefined,
  settings: BreakerSettings,
): CallOutcome {
  if (end === 'returned') return settings.isFailedResult?.(told) ? 'failure' : 'success';
  return end === 'thrown' ? outcomeOfError(told, callerSignal, settings) : end;
}

function outcomeOfError(
  error: unknown,
  callerSignal: AbortSignal | undefined,
  { errorTypes, isFailure }: BreakerSettings,
): CallOutcome {
  if (isRefusal(error) || isCallersAbort(error, callerSignal)) return 'ignored';
  if (codeOf(error) === 'BREAKING_TIMEOUT') return 'failure';
  if (errorTypes !== undefined && !errorTypes.some(type => error instanceof type)) return 'success';
  return isFailure === undefined || isFailure(error) ? 'failure' : 'success';
}

/**
 * Whether a call that took too long is a failure: also one that its caller gave up, but not one that never reached the
 * other side, or that a permit ignores.
 */
export function countsIfSlow(end: CallEnd, told: unknown): boolean {
  return end !== 'ignored' && (end !== 'thrown' || !isRefusal(told));
}

/** Whether a call was refused on this side: by a circuit breaker, or by a concurrency limiter. */
function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'BREAKING_TOO_MANY_ERRORS' || code === 'BREAKING_OVERLOADED';
}

/** Our errors are known by their codes: a program may hold two copies of their classes. */
function codeOf(error: unknown): unknown {
  try {
    return (error as { code?: unknown } | null | undefined)?.code;
  } catch {
    return undefined;
  }
}

/** What fetch and most clients call the error of an abort, and what axios does. */
const ABORTS = ['AbortError', 'CanceledError'];

/** Whether an error says that its caller gave the call up. A signal whose time was up (`AbortSignal.timeout`) is no caller. */
export function isCallersAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (!signal?.aborted || signal.reason?.name === 'TimeoutError') return false;
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  return error === signal.reason || cause === signal.reason || ABORTS.includes(name as string);
}
