import type { Clock } from '../base/clock.js';
import type { Decision } from '../bucket/decision.js';
import type { Want } from '../store/reservation.js';
import type { FullStore } from '../store/store.js';
import { WaitingLine } from './waitingLine.js';

/** The line of each key on which somebody waits. */
export class WaitingLines {
  readonly #store: FullStore;
  readonly #clock: Clock;
  readonly #lines = new Map<string, WaitingLine>();

  constructor(store: FullStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  wait(
    key: string,
    want: Want,
    signal: AbortSignal | undefined,
    publish: (decision: Decision) => void,
  ): Promise<Decision> {
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = new WaitingLine(
        (wants, options, now) => this.#store.reserve(key, wants, options, now),
        this.#clock,
        () => this.#lines.delete(key),
      );
      this.#lines.set(key, line);
    }
    return line.wait(want, signal, publish);
  }

  /** Asks the store whether a block has moved those who wait on a key. */
  look(key: string): void {
    this.#lines.get(key)?.look();
  }
}
