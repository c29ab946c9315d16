import type { Breakable, Outgoing } from '../binding.js';

/** How a request ended. */
export interface Outcome {
  /** The final status; none when the response never finished. */
  readonly status?: number;
  /** The client went away, or the response was destroyed without an error, before it finished. */
  readonly aborted: boolean;
  /** What was thrown, where the framework tells (not on Express), or what broke the response. */
  readonly error?: unknown;
}

/** The status that an error asks for, as all three frameworks read it; 500 when it asks for none. */
function statusOf(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown };
  const asked = [status, statusCode].find(each => typeof each === 'number');
  return (asked as number | undefined) ?? 500;
}

/** Errors of a stream that tell of the other side alone: it went away, or reset its HTTP/2 stream. */
const OTHER_SIDE = new Set([
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
]);

/** The error with which this side broke a stream. */
function ownError(stream: Breakable | null | undefined): Error | undefined {
  const error = stream?.errored ?? undefined;
  return error?.code !== undefined && OTHER_SIDE.has(error.code) ? undefined : error;
}

/**
 * The connection of a response that waits for its turn, behind those to earlier requests that were sent on it at once
 * (pipelining). If that closes first, Node before 24 tells nothing of such a response, neither `finish` nor `close`;
 * later ones destroy it with an error, as if this side had broken it.
 */
export function connectionOfQueued(outgoing: Outgoing) {
  return outgoing.socket === null ? outgoing.req?.socket : undefined;
}

/**
 * How a response ended that finished, or was closed without having finished. Only in the second case does an error
 * count: one on the server's side means that the response broke, whatever its status line promised.
 * @param error what was thrown while the request was handled, as far as the framework tells
 */
export function outcomeOf(outgoing: Outgoing, finished: boolean, error: unknown): Outcome {
  const told = error === undefined ? {} : { error };
  if (finished) return { status: outgoing.statusCode, aborted: false, ...told };
  const lost = connectionOfQueued(outgoing)?.destroyed === true;
  const broken = lost ? undefined : (ownError(outgoing) ?? ownError(outgoing.stream));
  if (broken !== undefined) return { aborted: false, error: broken };
  return { aborted: error === undefined || statusOf(error) < 500, ...told };
}
