/** How a request ended. */
export interface Outcome {
  /** The final status; none when the response never finished. */
  readonly status?: number;
  /** The client left, or the response was destroyed without an error, before the answer was ended and handed to the system. */
  readonly aborted: boolean;
  /** Seconds until the head of the answer was sent, behind a circuit breaker; else until the end. */
  readonly durationSecs: number;
  /** What was thrown, where the framework tells (not on Express), or what broke the response. */
  readonly error?: unknown;
}

/** How a request ended, whenever it began. */
export type Ending = Omit<Outcome, 'durationSecs'>;

/**
 * How a request ended whose answer was not sent to its end, nor broke: by what was thrown while it was handled, or else the client left.
 * @param error what was thrown, if the framework tells
 */
export function endingBy(error: unknown): Ending {
  if (error === undefined) return { aborted: true };
  return { aborted: statusOf(error) < 500, error };
}

/** The status that an error asks for, as frameworks read it; 500 when it asks for none. */
export function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
  const asked = [status, statusCode].find(each => typeof each === 'number');
  return (asked as number | undefined) ?? 500;
}
