import { DenyCacheBucketStore } from './denyCacheBucketStore.js';
import type { OnStoreError } from './events.js';
import { FailoverBucketStore } from './failoverBucketStore.js';
import { type BucketStore, KEEPS_REFUSALS, NEVER_FAILS, STANDS_IN, says } from './store.js';

/** The options of {@link sureStore}. */
export interface SureStoreOptions {
  /** The limiter's name, for errors of the store. */
  readonly name: string;
  readonly onStoreError?: OnStoreError | undefined;
  /** Seconds that the store has for an answer; by default its own deadline. */
  readonly deadlineSecs?: number | undefined;
}

/**
 * Wraps a store so that it always answers. A store that can fail is never asked without a deadline and a fallback, and
 * not at all for a key that it has refused. The deny cache is the outermost: the failover's breaker must not count its
 * refusals as answers of the store, and they stay in effect while the store is down. A wrapper that the store already
 * has is not added again.
 */
export function sureStore(
  original: BucketStore,
  { name, onStoreError, deadlineSecs }: SureStoreOptions,
): BucketStore {
  if (says(original, NEVER_FAILS)) return original;
  const store = (deadlineSecs !== undefined && original.withDeadline?.(deadlineSecs)) || original;
  if (says(store, STANDS_IN))
    return says(store, KEEPS_REFUSALS) ? store : new DenyCacheBucketStore({ store });
  const failover = new FailoverBucketStore({
    store,
    name,
    onStoreError,
    deadlineSecs: deadlineSecs ?? store.deadlineSecs,
  });
  return new DenyCacheBucketStore({ store: failover });
}
