import type { Contender } from '../contender.js';

/** Stops it: nobody listens any more. */
export type Stop = () => void;

/** A way to count what rate limits decide. */
export interface ListeningContender extends Contender {
  /** Loads what it takes. The answer starts to count. */
  open(): Promise<() => Stop>;
}
