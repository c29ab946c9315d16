import type { Metric, Series } from './metric.js';

/** How many open breakers are known by their keys at once. */
const KEYS_MAX = 100_000;

/**
 * How many keys of each name have a breaker whose last transition was not to closed.
 *
 * Keys are known only while they are open. Of more than 100,000, those are forgotten, and no longer counted, whose last
 * transition was longest ago: nobody says so when a group of breakers forgets one that never closed.
 */
export class OpenKeys {
  readonly #metric: Metric;
  /** In the order of their last transitions. */
  readonly #open = new Map<string, Series>();

  constructor(metric: Metric) {
    this.#metric = metric;
  }

  /** @param key undefined for the breaker without one */
  changed(name: string | undefined = 'default', key: string | undefined, isClosed: boolean): void {
    const series = this.#metric.of(name);
    // No name has a line break in it.
    const id = key === undefined ? name : `${name}\n${key}`;
    this.#forget(id);
    if (isClosed) return;
    this.#open.set(id, series);
    series.value++;
    if (this.#open.size > KEYS_MAX) this.#forget(this.#open.keys().next().value as string);
  }

  #forget(id: string): void {
    const series = this.#open.get(id);
    if (series === undefined) return;
    this.#open.delete(id);
    series.value--;
  }
}
