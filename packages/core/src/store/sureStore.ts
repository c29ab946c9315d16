import { DenyCacheBucketStore } from './denyCacheBucketStore.js';
import type { OnStoreError } from './events.js';
import { FailoverBucketStore } from './failoverBucketStore.js';
import { type BucketStore, KEEPS_REFUSALS, NEVER_FAILS, STANDS_IN, says } from './store.js';

/** How a store is made sure of. */
export interface SureStoreOptions {
  /** The limiter's name, for errors of the store. */
  readonly name: string;
  readonly onStoreError?: OnStoreError | undefined;
  /** Seconds that the store has for an answer; by default what it says itself. */
  readonly deadlineSecs?: number | undefined;
}

/**
 * A store that always answers: one that can fail is never asked without a deadline and somebody to stand in, and not at all
 * for a key that it refuses. The refusals come first: they are no answers of the store that the failover's breaker should
 * count, and they hold while it is down. A store that does such a thing already is left to it.
 */
export function sureStore(
  given: BucketStore,
  { name, onStoreError, deadlineSecs }: SureStoreOptions,
): BucketStore {
  if (says(given, NEVER_FAILS)) return given;
  const store = (deadlineSecs !== undefined && given.withDeadline?.(deadlineSecs)) || given;
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
