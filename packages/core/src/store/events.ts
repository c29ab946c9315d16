import { channel } from 'node:diagnostics_channel';

/** Published on `breaking:store:error`. */
export interface StoreErrorMessage {
  readonly name: string;
  readonly error: unknown;
  readonly onStoreError: 'local' | 'allow' | 'deny';
}

/** Held here, since a channel lives only as long as someone holds it. Messages are built only where it `hasSubscribers`. */
export const storeErrorChannel = channel('breaking:store:error');
