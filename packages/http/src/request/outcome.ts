/** How a request ended. */
export interface Outcome {
  /** The final status; undefined if the response never finished. */
  readonly status?: number;
  /**
   * The client left, or the response was destroyed without an error, before the response was ended and passed to the
   * operating system.
   */
  readonly aborted: boolean;
  /** Seconds: behind a circuit breaker until the head of the response was sent, otherwise until the end. */
  readonly durationSecs: number;
  /** What was thrown, if the framework reports it (Express does not), or what broke the response. */
  readonly error?: unknown;
}

/** The outcome without the duration. */
export type Ending = Omit<Outcome, 'durationSecs'>;

/**
 * The outcome of a request whose response neither finished nor broke: the error that was thrown while it was handled, or else
 * an abort by the client.
 * @param error what was thrown, if the framework reports it
 */
export function endingBy(error: unknown): Ending {
  if (error === undefined) return { aborted: true };
  return { aborted: statusOf(error) < 500, error };
}

/** The status in an error, as frameworks read it; 500 if there is none. */
export function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
  const asked = [status, statusCode].find(each => typeof each === 'number');
  return (asked as number | undefined) ?? 500;
}
