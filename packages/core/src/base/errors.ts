/**
 * Makes an error without a stack. The stack of a refusal costs several times as much as the rest of it and shows only
 * where the call was made, and a breaker refuses most calls when the service has the least time to spare.
 */
export function withoutStack<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    // `Error` is frozen.
    return make();
  }
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A call or an operation took longer than its timeout. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'BREAKING_TIMEOUT';
  readonly timeoutSecs: number;

  /** @param what what took too long: the start of the message */
  constructor(what: string, timeoutSecs: number) {
    super(`${what} took longer than ${timeoutSecs} s`);
    this.timeoutSecs = timeoutSecs;
  }
}
