import { secondsUntil } from './secondsUntil.js';

/** The seconds in a `Retry-After` field (RFC 9110, section 10.2.3), in any form that {@link secondsUntil} accepts. */
export function retryAfterSecs(fields: Headers, nowMs: number): number | undefined {
  return secondsUntil(fields.get('retry-after'), fields, nowMs);
}
