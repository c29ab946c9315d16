import { channel } from 'node:diagnostics_channel';

export const ON_STORE_ERROR = ['local', 'allow', 'deny'] as const;

/** What decides if a store gives no answer: buckets in this process, or the same answer for all requests. */
export type OnStoreError = (typeof ON_STORE_ERROR)[number];

/** Published on `breaking:store:error`. */
export interface StoreErrorMessage {
  readonly name: string;
  readonly error: unknown;
  readonly onStoreError: OnStoreError;
}

/**
 * Kept in a variable, since a channel is collected when nothing refers to it. Messages are built only if it
 * `hasSubscribers`.
 */
export const storeErrorChannel = channel('breaking:store:error');
