import type { Permit } from '@breaking/core';
import { endsReported } from './bodyWatch.js';
import type { Upstream } from './upstream.js';
import type { Patience } from './waiting.js';

/** The place of a call among those of its key: it holds one from an attempt until the body of its answer has ended. */
export class Place {
  readonly #upstream: Upstream;
  readonly #patience: Patience;
  #permit: Permit | undefined;

  constructor(upstream: Upstream, patience: Patience) {
    this.#upstream = upstream;
    this.#patience = patience;
  }

  /**
   * Waits for a place.
   * @throws (rejects with) Overloaded, or the reason of the patience's signal
   */
  async take(): Promise<void> {
    if (this.#upstream.isFull) await endsReported();
    this.#permit = await this.#upstream.takePlace(this.#patience);
  }

  /** Gives the place back, if there is one. */
  leave(): void {
    const permit = this.#permit;
    this.#permit = undefined;
    if (permit !== undefined) this.#upstream.leavePlace(permit);
  }
}
