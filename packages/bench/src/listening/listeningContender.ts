import type { Contender } from '../contender.js';

/** Stops counting. */
export type Stop = () => void;

/** A way to count the decisions of rate limits. */
export interface ListeningContender extends Contender {
  /** Loads the packages. The result starts counting. */
  open(): Promise<() => Stop>;
}
