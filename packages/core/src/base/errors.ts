/**
 * An error without its stack. A breaker refuses most when there is least to spare, the stack costs several times as
 * much as all the rest of a refusal, and shows nothing but where the call was made.
 */
export function withoutStack<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    // Error is frozen.
    return make();
  }
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Something took longer than it was given. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'BREAKING_TIMEOUT';
  readonly timeoutSecs: number;

  /** @param what what did not come in time, at the start of the message */
  constructor(what: string, timeoutSecs: number) {
    super(`${what} took longer than ${timeoutSecs} s`);
    this.timeoutSecs = timeoutSecs;
  }
}
