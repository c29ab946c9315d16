import { channel } from 'node:diagnostics_channel';
import type { Decision, DecisionSource } from './decision.js';

/** Published on `breaking:rate_limit:decision`. */
export interface DecisionMessage {
  readonly name: string;
  readonly key: string;
  readonly cost: number;
  readonly decision: Decision;
  /** Whether this limiter rejects for this key; false in shadow mode. */
  readonly enforced: boolean;
  readonly source: DecisionSource;
}

/** Published on `breaking:store:error`. */
export interface StoreErrorMessage {
  readonly name: string;
  readonly error: unknown;
  readonly onStoreError: 'local' | 'allow' | 'deny';
}

// A channel lives as long as someone holds it: these do. Messages are built only where `hasSubscribers` is true.
export const decisionChannel = channel('breaking:rate_limit:decision');
export const storeErrorChannel = channel('breaking:store:error');
