import type { CallOutcome } from './events.js';
import type { BreakerSettings } from './options.js';
import type { CallEnd } from './permit.js';

/**
 * The outcome of a call that has ended.
 *
 * Refusals by a breaker or a concurrency limiter are ignored, since they do not come from the upstream. So is an abort
 * by the caller: if the caller's signal has aborted, an error that is its reason, has it as `cause`, or has the name
 * that clients give to aborts. A signal that aborted because of a timeout (`AbortSignal.timeout`) is not an abort by
 * the caller.
 *
 * A TimeoutError of ours is always a failure. Any other error is a failure if it counts, else a success, since the
 * other side answered. A result is a success unless `isFailedResult` is true for it.
 * @param value what was returned or thrown
 */
export function outcomeOf(
  end: CallEnd,
  value: unknown,
  callerSignal: AbortSignal | undefined,
  settings: BreakerSettings,
): CallOutcome {
  if (end === 'returned') return settings.isFailedResult?.(value) ? 'failure' : 'success';
  return end === 'thrown' ? outcomeOfError(value, callerSignal, settings) : end;
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
 * Whether a slow call is a failure. A call that its caller aborted is, but not one that was refused on this side, or
 * that its permit ignores.
 */
export function countsIfSlow(end: CallEnd, value: unknown): boolean {
  return end !== 'ignored' && (end !== 'thrown' || !isRefusal(value));
}

/** Whether a circuit breaker or a concurrency limiter on this side refused the call. */
function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'BREAKING_TOO_MANY_ERRORS' || code === 'BREAKING_OVERLOADED';
}

/** Our errors are recognised by their codes, since a program may contain two copies of their classes. */
function codeOf(error: unknown): unknown {
  try {
    return (error as { code?: unknown } | null | undefined)?.code;
  } catch {
    return undefined;
  }
}

/** The names of abort errors: the first of fetch and most clients, the second of axios. */
const ABORTS = ['AbortError', 'CanceledError'];

/** Whether an error means that the caller aborted the call. A timeout (`AbortSignal.timeout`) does not count as an abort. */
export function isCallersAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (!signal?.aborted || signal.reason?.name === 'TimeoutError') return false;
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  return error === signal.reason || cause === signal.reason || ABORTS.includes(name as string);
}
