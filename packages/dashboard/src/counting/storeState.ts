import type { DecisionSource, OnStoreError, StoreErrorMessage } from '@breaking/core';

/** The failures of a shared store. */
export interface StoreReport {
  /** Since counting began. */
  readonly errors: number;
  /** The code or the name of the latest error. Its message may contain more than viewers should see. */
  readonly error: string;
  readonly onStoreError: OnStoreError;
  /** How long it has given no answer; absent while it answers. */
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
    // A store that is not asked because its breaker is open has no error of its own.
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
