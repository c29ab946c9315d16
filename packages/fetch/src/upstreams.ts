import type { Settings } from './options.js';
import { Upstream } from './upstream.js';

/** When more upstreams than this are kept, unused ones are searched for. */
const FEW = 1000;

/** Upstreams by key. If there are many, those without calls and pauses are forgotten. */
export class Upstreams {
  readonly #settings: Settings;
  readonly #byKey = new Map<string, Upstream>();
  /** The number of upstreams at which unused ones are next searched for. */
  #few = FEW;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @param key the key of a call that begins; the call must {@link leave} at its end */
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
