import { type Ending, endingBy } from '../request/outcome.js';
import type { Breakable, NodeIncoming, Outgoing } from './raw.js';

/** Stream errors that the client caused: it left, or reset its HTTP/2 stream. */
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
 * The connection of a response that is queued behind earlier responses (pipelining). If the connection closes first, Node
 * before 24 emits neither `finish` nor `close` on such a response. Later versions destroy the response with an error, as if
 * this side had broken it.
 */
export function connectionOfQueued(incoming: NodeIncoming, outgoing: Outgoing) {
  return outgoing.socket === null ? incoming.socket : undefined;
}

/** Whether the response has finished, or closed. */
export function isOver(incoming: NodeIncoming, outgoing: Outgoing): boolean {
  if (outgoing.writableFinished || outgoing.destroyed) return true;
  return connectionOfQueued(incoming, outgoing)?.destroyed === true;
}

/** Whether nobody can receive the response any more. */
export function isGone({ socket }: NodeIncoming, { destroyed, stream }: Outgoing): boolean {
  return destroyed || socket?.destroyed === true || stream?.aborted === true;
}

/**
 * Whether the server has ended a response that has finished. HTTP/2 also reports a cut-off response as finished. On HTTP/1
 * the event is trusted, since adapters of serverless platforms emit `finish` before `writableEnded` and never set
 * `writableFinished`.
 */
export function isEnded({ stream, writableEnded }: Outgoing): boolean {
  return stream === undefined || writableEnded;
}

/**
 * The outcome of a response that finished, or closed unfinished. An error counts only if it closed unfinished: an error on
 * the server's side means that the response broke, whatever its status line says.
 * @param error what was thrown while the request was handled, if the framework reports it
 */
export function endingOf(
  incoming: NodeIncoming,
  outgoing: Outgoing,
  finished: boolean,
  error: unknown,
): Ending {
  if (finished) return { status: outgoing.statusCode, aborted: false, ...(error !== undefined && { error }) };
  const lost = connectionOfQueued(incoming, outgoing)?.destroyed === true;
  const broken = lost ? undefined : (ownError(outgoing) ?? ownError(outgoing.stream));
  return broken === undefined ? endingBy(error) : { aborted: false, error: broken };
}
