import { channel } from 'node:diagnostics_channel';
import type { Decision, DecisionSource } from '../bucket/decision.js';

/** Published on `breaking:rate_limit:decision`. */
export interface DecisionMessage {
  readonly name: string;
  readonly key: string;
  /** What was asked of every limit, or of each limit by its name. */
  readonly cost: number | Readonly<Record<string, number>>;
  readonly decision: Decision;
  /** Whether this limiter rejects for this key; false in shadow mode. */
  readonly enforced: boolean;
  readonly source: DecisionSource;
}

/**
 * Kept in a variable, since a channel is collected when nothing refers to it. Messages are built only if it
 * `hasSubscribers`.
 */
export const decisionChannel = channel('breaking:rate_limit:decision');
