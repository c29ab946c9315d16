/** Kinds of bodies that hold all that is sent. They are known by their tags: a program may have classes of its own for them. */
const HELD = ['Blob', 'File', 'FormData', 'URLSearchParams'];

/** Whether a body can be sent a second time. Streams and iterables are read once. */
export function isResendable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return true;
  return HELD.includes(String((body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag]));
}

/** Cancels a stream that nobody will read. Anything else, and a stream that somebody reads, is left alone. */
export function cancelBody(body: unknown, reason?: unknown): void {
  const { cancel, locked } = (body ?? {}) as Partial<ReadableStream>;
  if (typeof cancel !== 'function' || locked) return;
  Reflect.apply(cancel, body, [reason]).catch(() => {});
}
