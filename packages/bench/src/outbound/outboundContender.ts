import type { Contender } from '../contender.js';

export type Fetch = typeof globalThis.fetch;

/** Protection for outgoing calls. */
export interface OutboundContender extends Contender {
  /** A fetch with retries and a breaker, and with a rate limit if the contender has one. */
  protect(fetch: Fetch): Promise<Fetch>;
  /** The same, with a timeout for each attempt. */
  protectTimed(fetch: Fetch): Promise<Fetch>;
}
