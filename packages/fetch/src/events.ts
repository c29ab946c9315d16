import { channel } from 'node:diagnostics_channel';

/** Published on `breaking:fetch:attempt` when an attempt has received a head or failed. */
export interface AttemptMessage {
  readonly name: string;
  /** By default the origin of the URL. */
  readonly key: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Absent if there was no response. */
  readonly status?: number;
  /** Absent if there was a response. */
  readonly error?: unknown;
  /** The earliest time of the next attempt, in seconds from now; absent if there is none. */
  readonly willRetryInSecs?: number;
}

/**
 * Kept in a variable, since a channel is collected when nothing refers to it. Messages are built only if it `hasSubscribers`.
 */
export const attemptChannel = channel('breaking:fetch:attempt');
