import { channel } from 'node:diagnostics_channel';

export const ON_STORE_ERROR = ['local', 'allow', 'deny'] as const;

/** What decides when a store gives no answer: buckets in this process, or the same answer for everyone. */
export type OnStoreError = (typeof ON_STORE_ERROR)[number];

/** Published on `breaking:store:error`. */
export interface StoreErrorMessage {
  readonly name: string;
  readonly error: unknown;
  readonly onStoreError: OnStoreError;
}

/** Held here, since a channel lives only as long as someone holds it. Messages are built only where it `hasSubscribers`. */
export const storeErrorChannel = channel('breaking:store:error');
