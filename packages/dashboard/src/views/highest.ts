/** The items of the highest ranks among many, in a fixed amount of memory; of equal ranks those that came first. */
export class Highest<T> {
  readonly #size: number;
  /** The highest first. */
  readonly #items: T[] = [];
  readonly #ranks: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(item: T, rank: number): void {
    let place = this.#ranks.length;
    if (place === this.#size && rank <= (this.#ranks[place - 1] as number)) return;
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
