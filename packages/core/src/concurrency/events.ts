import { channel } from 'node:diagnostics_channel';

/** Published on `breaking:concurrency_limit:decision`. */
export interface ConcurrencyMessage {
  readonly name: string;
  /** Absent for a limiter without a key. */
  readonly key?: string;
  readonly allowed: boolean;
  /** Calls under way after this decision. */
  readonly inFlight: number;
  readonly limit: number;
}

// Kept in a variable, since a channel is collected when nothing refers to it. Messages are built only if
// `hasSubscribers` is true.
export const concurrencyChannel = channel('breaking:concurrency_limit:decision');
