import { channel } from 'node:diagnostics_channel';

/** Published on `breaking:fetch:attempt` when an attempt has brought a head or failed. */
export interface AttemptMessage {
  readonly name: string;
  /** By default the origin of the URL. */
  readonly key: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Absent where there was no answer. */
  readonly status?: number;
  /** Absent where there was an answer. */
  readonly error?: unknown;
  /** Seconds after which it is tried again at the earliest; absent where it is not. */
  readonly willRetryInSecs?: number;
}

/** Held here, since a channel lives only as long as someone holds it. Messages are built only where it `hasSubscribers`. */
export const attemptChannel = channel('breaking:fetch:attempt');
