import type { Permit } from '../breaker/permit.js';

/** Gives places and takes them back. */
export interface Places {
  /** @param isSample whether the duration of the call says anything about the capacity */
  release(place: Place, isSample: boolean): void;
}

/** The permit of one call: a place among the calls under way, which the first outcome frees. */
export class Place implements Permit {
  /** The reading of the clock at which the call began, and the epoch of the limit; 0 for a fixed limit. */
  readonly since: number;
  readonly epoch: number;
  #places: Places | undefined;

  constructor(places: Places, since: number, epoch: number) {
    this.#places = places;
    this.since = since;
    this.epoch = epoch;
  }

  success(): void {
    this.#end(true);
  }

  failure(): void {
    this.#end(false);
  }

  ignore(): void {
    this.#end(false);
  }

  [Symbol.dispose](): void {
    this.#end(false);
  }

  #end(isSample: boolean): void {
    const places = this.#places;
    this.#places = undefined;
    places?.release(this, isSample);
  }
}
