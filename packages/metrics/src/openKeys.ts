import type { Metric, Series } from './metric.js';

/** How many open breakers are remembered by their keys. */
const KEYS_MAX = 100_000;

/**
 * How many keys of each name have a breaker whose last transition was not to closed.
 *
 * Keys are remembered only while they are open, at most 100,000. Beyond that, those whose last transition is the oldest are
 * forgotten and no longer counted: a group of breakers does not report when it forgets a breaker that is not closed.
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
    // A name cannot contain a line break.
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
