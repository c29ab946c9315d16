import { type Clock, wakeAt } from '../base/clock.js';

/** A timer for one moment at a time. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Infinity;
  #cancel = () => {};

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings once at this moment of the clock, and not at an earlier one. Infinity turns it off. */
  set(at: number): void {
    if (at === this.#at) return;
    this.#cancel();
    this.#at = at;
    this.#cancel =
      at === Infinity
        ? () => {}
        : wakeAt(this.#clock, at, () => {
            this.#at = Infinity;
            this.#cancel = () => {};
            this.#ring();
          });
  }
}
