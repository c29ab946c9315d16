import { isErrored } from 'node:stream';

/**
 * Kinds of bodies that contain all their data. They are recognised by their tags, since a program may have other classes for
 * them.
 */
const HELD = ['Blob', 'File', 'FormData', 'URLSearchParams'];

/** Whether a body can be sent again. Streams and iterables can be read only once. */
export function isResendable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return true;
  return HELD.includes(String((body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]));
}

/** Cancels a stream that nobody will read. Ignores other values, and streams that somebody reads. */
export function cancelBody(body: unknown, reason?: unknown): void {
  const { cancel, locked } = (body ?? {}) as Partial<ReadableStream>;
  if (typeof cancel !== 'function' || locked) return;
  Reflect.apply(cancel, body, [reason]).catch(() => {});
}

/** Whether a stream of the caller's has failed. One that was cancelled, since a request came to nothing, has not. */
export function isFailedStream(body: unknown): boolean {
  return body instanceof ReadableStream && isErrored(body as unknown as NodeJS.ReadableStream);
}
