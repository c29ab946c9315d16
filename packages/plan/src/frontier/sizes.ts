/** Clients with a similar number of requests. */
export interface SizeClass {
  /** The number of requests of one client is between `from` and `to`. */
  readonly from: number;
  readonly to: number;
  clients: number;
  requests: number;
}

/** Counts clients by their number of requests: 1, 2 to 3, 4 to 7 and so on. */
export class Sizes {
  readonly #classes: SizeClass[] = [];

  add(requests: number): void {
    const power = Math.floor(Math.log2(requests));
    while (this.#classes.length <= power) {
      const from = 2 ** this.#classes.length;
      this.#classes.push({ from, to: 2 * from - 1, clients: 0, requests: 0 });
    }
    const each = this.#classes[power] as SizeClass;
    each.clients += 1;
    each.requests += requests;
  }

  copy(): Sizes {
    const copy = new Sizes();
    for (const each of this.#classes) copy.#classes.push({ ...each });
    return copy;
  }

  /** In ascending order, without gaps. */
  get classes(): readonly SizeClass[] {
    return this.#classes;
  }
}
