import type { Input } from '../timed.js';

/**
 * Whether a body can be sent a second time. Streams and iterables are read once; so is the body of a Request, which is a
 * stream whatever it was made of.
 */
export function isResendable(input: Input, body: unknown): boolean {
  if (body === undefined) return !(input instanceof Object && 'body' in input && input.body !== null);
  if (body === null || typeof body === 'string') return true;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return true;
  return [Blob, FormData, URLSearchParams].some(type => body instanceof type);
}
