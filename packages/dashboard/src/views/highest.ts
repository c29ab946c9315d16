/** Selects the items with the highest ranks, in a fixed amount of memory. Among equal ranks, the first items stay. */
export class Highest<T> {
  readonly #size: number;
  /** The highest first. */
  readonly #items: T[] = [];
  readonly #ranks: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether an item with this rank would be kept. Most items are not, and so need not be created. */
  keeps(rank: number): boolean {
    return this.#ranks.length < this.#size || rank > (this.#ranks.at(-1) as number);
  }

  add(item: T, rank: number): void {
    if (!this.keeps(rank)) return;
    let place = this.#ranks.length;
    while (place > 0 && (this.#ranks[place - 1] as number) < rank) place--;
    this.#items.splice(place, 0, item);
    this.#ranks.splice(place, 0, rank);
    if (this.#items.length <= this.#size) return;
    this.#items.pop();
    this.#ranks.pop();
  }

  get items(): readonly T[] {
    return this.#items;
  }
}
