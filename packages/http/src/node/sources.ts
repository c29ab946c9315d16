import { errorMonitor } from 'node:events';
import type { Outgoing, Source } from './raw.js';

/**
 * The streams that are piped into a response, and their errors. A stream may be piped into many responses and outlive them
 * all, so none of them leaves a listener on it.
 */
export class Sources {
  readonly #outgoing: Outgoing;
  readonly #onError: (error: Error) => void;
  readonly #piped = new Set<Source>();

  constructor(outgoing: Outgoing, onError: (error: Error) => void) {
    this.#outgoing = outgoing;
    this.#onError = onError;
    outgoing.on('unpipe', this.#remove);
  }

  add(source: Source): void {
    if (this.#piped.has(source)) return;
    this.#piped.add(source);
    source.on(errorMonitor, this.#onError);
  }

  readonly #remove = (source: Source): void => {
    source.off(errorMonitor, this.#onError);
    this.#piped.delete(source);
  };

  forget(): void {
    this.#outgoing.off('unpipe', this.#remove);
    for (const source of this.#piped) source.off(errorMonitor, this.#onError);
  }
}
