import type { Contender } from '../contender.js';

export type Fetch = typeof globalThis.fetch;

/** What protects calls that go out. */
export interface OutboundContender extends Contender {
  /** A fetch that retries and breaks, and keeps to a limit where the contender has one. */
  protect(fetch: Fetch): Promise<Fetch>;
  /** The same with a timeout for each attempt. */
  protectTimed(fetch: Fetch): Promise<Fetch>;
}
