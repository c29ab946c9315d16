import type { Settings } from './options.js';
import { Upstream } from './upstream.js';

/** How many upstreams are kept before those that are over are looked for. */
const FEW = 1000;

/** Upstreams by key. Those that no call holds and no pause stops are forgotten when there are many. */
export class Upstreams {
  readonly #settings: Settings;
  readonly #byKey = new Map<string, Upstream>();
  /** How many are kept before the next look for those that are over. */
  #few = FEW;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @param key of the call that begins; it must {@link leave} */
  of(key: string): Upstream {
    const upstream = this.#byKey.get(key) ?? this.#made(key);
    upstream.calls += 1;
    return upstream;
  }

  leave(upstream: Upstream): void {
    upstream.calls -= 1;
  }

  #made(key: string): Upstream {
    if (this.#byKey.size >= this.#few) {
      for (const each of this.#byKey.values()) if (each.isForgettable) this.#byKey.delete(each.key);
      this.#few = Math.max(FEW, 2 * this.#byKey.size);
    }
    const upstream = new Upstream(this.#settings, key);
    this.#byKey.set(key, upstream);
    return upstream;
  }
}
