/** A URL whose scheme and authority are in normal form, so that nothing in them needs decoding. */
const PLAIN = /^https?:\/\/[a-z0-9.-]+(?::\d+)?(?=[/?#]|$)/;

/** The number of cached origins at which the cache is cleared. */
const MOST = 1000;

/**
 * The origins of URLs. Parsing a URL takes longer than everything else in `protect`, and a service calls few origins, so the
 * origin is cached by the part of the URL before the path.
 */
export class Origins {
  readonly #known = new Map<string, string>();

  /** @returns undefined if it is not an absolute HTTP URL */
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
