/** Random numbers from 0 to below 1, from a seed (mulberry32, by Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The i-th address, in an order from which no hash could profit. They are all different up to 2^32. */
function addressAt(i: number): string {
  const bits = Math.imul(i, 0x9e3779b1) >>> 0;
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** The i-th key as one flat string, like text that is read from a socket, not a tree of concatenated parts. */
export function keyAt(i: number): string {
  return Buffer.from(addressAt(i), 'latin1').toString('latin1');
}

const LONGEST_ADDRESS = 15;

/**
 * The first keys as bytes, as a socket receives them. Each access makes a new string, as each request does: it has no hash
 * yet, and is not the same object as a key in a Map.
 */
export class KeyBytes {
  readonly #bytes: Buffer;
  readonly #lengths: Uint8Array;

  /** @param count the number of keys */
  constructor(count: number) {
    this.#bytes = Buffer.alloc(count * LONGEST_ADDRESS);
    this.#lengths = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      this.#lengths[i] = this.#bytes.write(addressAt(i), i * LONGEST_ADDRESS, 'latin1');
    }
  }

  /** The i-th key, equal to `keyAt(i)`, as a new string. */
  at(i: number): string {
    const start = i * LONGEST_ADDRESS;
    return this.#bytes.toString('latin1', start, start + (this.#lengths[i] as number));
  }
}

/** The index of the key at each position. Its length is a power of two, and it is repeated. */
export type Order = Uint32Array;

/** All keys are equally frequent. */
export function uniform(keys: number, length: number): Order {
  const random = seeded(1);
  return Uint32Array.from({ length }, () => Math.floor(random() * keys));
}

/** A prime: multiplying by it scatters indices over any number of keys that is not a multiple of it. */
const SCATTER = 611_953;

/** The r-th most frequent key occurs 1/r as often as the first (Zipf), and has any index among the others. */
export function zipf(keys: number, length: number): Order {
  const upTo = new Float64Array(keys);
  let sum = 0;
  for (let rank = 1; rank <= keys; rank++) {
    sum += 1 / rank;
    upTo[rank - 1] = sum;
  }
  const random = seeded(2);
  return Uint32Array.from({ length }, () => (firstAbove(upTo, random() * sum) * SCATTER) % keys);
}

function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The key at each position of an order, which is repeated. */
export function keysIn(order: Order, keys: readonly string[]): (i: number) => string {
  const last = order.length - 1;
  return i => keys[order[i & last] as number] as string;
}
