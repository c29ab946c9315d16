/** A URL whose scheme and authority are written as URLs are printed: nothing in it needs decoding. */
const PLAIN = /^https?:\/\/[a-z0-9.-]+(?::\d+)?(?=[/?#]|$)/;

/** How many are remembered before all are forgotten. */
const MOST = 1000;

/**
 * The origins of URLs. To parse one takes longer than all that `protect` does besides, and a service calls few origins: the
 * origin of what stands before the path is kept.
 */
export class Origins {
  readonly #known = new Map<string, string>();

  /** @returns undefined for what is no absolute URL of HTTP */
  of(url: string): string | undefined {
    const start = PLAIN.exec(url)?.[0];
    if (start === undefined) return parsed(url);
    const known = this.#known.get(start);
    if (known !== undefined) return known;
    const origin = parsed(start);
    if (origin !== undefined) {
      if (this.#known.size >= MOST) this.#known.clear();
      this.#known.set(start, origin);
    }
    return origin;
  }
}

function parsed(url: string): string | undefined {
  try {
    const { protocol, origin } = new URL(url);
    return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
  } catch {
    return undefined;
  }
}
