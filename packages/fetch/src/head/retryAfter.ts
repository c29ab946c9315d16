import { secondsUntil } from './secondsUntil.js';

/**
 * The seconds that a `Retry-After` field asks to wait (RFC 9110, section 10.2.3), in any of the forms that
 * {@link secondsUntil} knows.
 */
export function retryAfterSecs(fields: Headers, nowMs: number): number | undefined {
  return secondsUntil(fields.get('retry-after'), fields, nowMs);
}
