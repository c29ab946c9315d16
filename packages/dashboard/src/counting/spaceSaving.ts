/** A key, an upper bound of how often it occurred, and by how much that may be too high. */
export interface Counted {
  readonly key: string;
  readonly count: number;
  readonly error: number;
}

/**
 * The most frequent keys, in a fixed number of counters. A key without a counter takes over the counter with the lowest
 * count. That count becomes its `error`: the true count is between `count − error` and `count`. After n keys, every key that
 * occurred more often than n divided by the number of counters has a counter, and no error is larger than that.
 *
 * Source: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005.
 */
export class SpaceSaving {
  readonly #keys: string[] = [];
  readonly #counts: Float64Array;
  readonly #errors: Float64Array;
  readonly #places = new Map<string, number>();

  /** @param counters how many keys are counted at once */
  constructor(counters: number) {
    this.#counts = new Float64Array(counters);
    this.#errors = new Float64Array(counters);
  }

  add(key: string): void {
    const place = this.#places.get(key) ?? this.#take(key);
    this.#counts[place] = (this.#counts[place] as number) + 1;
  }

  /** The keys with the highest counts, in descending order. */
  top(n: number): readonly Counted[] {
    return this.#keys
      .map((key, i) => ({ key, count: this.#counts[i] as number, error: this.#errors[i] as number }))
      .sort((a, b) => b.count - a.count || a.error - b.error)
      .slice(0, n);
  }

  /** A counter for a new key: an unused one, or else the one with the lowest count. */
  #take(key: string): number {
    const place = this.#keys.length < this.#counts.length ? this.#keys.length : this.#lowest();
    const former = this.#keys[place];
    if (former !== undefined) this.#places.delete(former);
    this.#keys[place] = key;
    this.#places.set(key, place);
    this.#errors[place] = this.#counts[place] as number;
    return place;
  }

  #lowest(): number {
    let lowest = 0;
    for (let i = 1; i < this.#counts.length; i++) {
      if ((this.#counts[i] as number) < (this.#counts[lowest] as number)) lowest = i;
    }
    return lowest;
  }
}
