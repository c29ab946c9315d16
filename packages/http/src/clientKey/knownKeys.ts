import { addressKey } from '@breaking/core';

/** The most addresses in each of the two generations: about 200 kB. */
const KEPT = 1000;
/** No address is longer, with its port and its zone. */
const LONGEST = 64;

/**
 * A cache of the keys of recent addresses. Computing the key of an IPv6 address takes 4 µs, more than the rest of a gate. A
 * key is dropped when a thousand other addresses came after its last use.
 */
export class KnownKeys {
  readonly #ipv6PrefixBits: number;
  #lately = new Map<string, string>();
  #before: ReadonlyMap<string, string> = new Map();

  constructor(ipv6PrefixBits: number) {
    this.#ipv6PrefixBits = ipv6PrefixBits;
  }

  /** The same result as `addressKey`. */
  of(address: string | undefined): string | undefined {
    // The key of an IPv4 address is computed as fast as it is looked up.
    if (address === undefined || !address.includes(':') || address.length > LONGEST) {
      return addressKey(address, this.#ipv6PrefixBits);
    }
    return this.#lately.get(address) ?? this.#learn(address);
  }

  #learn(address: string): string | undefined {
    const key = this.#before.get(address) ?? addressKey(address, this.#ipv6PrefixBits);
    if (key === undefined) return undefined;
    if (this.#lately.size >= KEPT) {
      this.#before = this.#lately;
      this.#lately = new Map();
    }
    this.#lately.set(address, key);
    return key;
  }
}
