import type { DecisionSource, OnStoreError, StoreErrorMessage } from '@breaking/core';

/** What a shared store has failed at. */
export interface StoreReport {
  /** Since counting began. */
  readonly errors: number;
  /** The code or the name of the latest error: its message may tell more than whoever watches should know. */
  readonly error: string;
  readonly onStoreError: OnStoreError;
  /** Since when it has given no answer; absent while it answers. */
  readonly failingForSecs?: number;
}

/** Whether the store of one rate limit answers. */
export class StoreState {
  #errors = 0;
  #error = '';
  #onStoreError: OnStoreError = 'local';
  #failingSince: number | undefined;

  failed({ error, onStoreError }: StoreErrorMessage, now: number): void {
    this.#errors++;
    this.#onStoreError = onStoreError;
    this.#failingSince ??= now;
    const name = nameOf(error);
    // That the store is left alone for a while says nothing of why.
    if (name !== 'BREAKING_TOO_MANY_ERRORS' || this.#error === '') this.#error = name;
  }

  answered(source: DecisionSource): void {
    if (source === 'store' || source === 'lease') this.#failingSince = undefined;
  }

  /** Undefined for a store that has never failed. */
  report(now: number): StoreReport | undefined {
    if (this.#errors === 0) return undefined;
    const failingSince = this.#failingSince;
    return {
      errors: this.#errors,
      error: this.#error,
      onStoreError: this.#onStoreError,
      ...(failingSince !== undefined && { failingForSecs: now - failingSince }),
    };
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
