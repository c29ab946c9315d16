import { asObjectWith } from '../base/check.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';

/**
 * Where buckets live, by key. Every operation is atomic over all limits of its key: all of them are debited, or none.
 * A store answers at once or with a promise, always the same way; STORES.md says how to write one.
 *
 * `limits` is never empty, its names are distinct, and a store keeps a key's debts by limit name: a policy that changed
 * meets the debt that is there. `now` is the limiter's clock, in seconds; a store with a clock of its own ignores it.
 */
export interface BucketStore {
  /** Takes `cost` tokens (whole, 0 or more) from every limit of the key if all have them, else from none. */
  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision>;
  /** Answers as `check` would, with the tokens that are left as they are, and takes nothing. */
  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision>;
  /** Puts `n` tokens (whole, 1 or more) back into every limit of the key, none above its capacity. */
  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void>;
  /** Forgets the key: all its buckets are full. */
  reset(key: string): void | Promise<void>;
}

/** @throws TypeError for what is no store */
export function isStore(what: string, value: BucketStore): BucketStore {
  return asObjectWith(what, value, ['check', 'peek', 'refund', 'reset']);
}
