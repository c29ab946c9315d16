/** A stream of numbers from 0 to below 1, the same for the same seed (mulberry32, by Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The i-th address, in no order that a hash could profit from; no two are alike up to 2^32. */
function addressAt(i: number): string {
  const bits = Math.imul(i, 0x9e3779b1) >>> 0;
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** The i-th key: one flat string, as what is read from a socket is, not a tree of the parts that it was joined from. */
export function keyAt(i: number): string {
  return Buffer.from(addressAt(i), 'latin1').toString('latin1');
}

const LONGEST_ADDRESS = 15;

/**
 * The first keys, as the bytes that a socket brings. Whoever asks for one gets a new string, as each request does: nobody has
 * hashed it yet, and no Map knows it by its place in memory.
 */
export class KeyBytes {
  readonly #bytes: Buffer;
  readonly #lengths: Uint8Array;

  /** @param count how many */
  constructor(count: number) {
    this.#bytes = Buffer.alloc(count * LONGEST_ADDRESS);
    this.#lengths = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      this.#lengths[i] = this.#bytes.write(addressAt(i), i * LONGEST_ADDRESS, 'latin1');
    }
  }

  /** The i-th key, the same as `keyAt(i)`, as a string that is new. */
  at(i: number): string {
    const start = i * LONGEST_ADDRESS;
    return this.#bytes.toString('latin1', start, start + (this.#lengths[i] as number));
  }
}

/** Which key is met at a position, by its index. A power of two long, to be met again and again. */
export type Order = Uint32Array;

/** Every key as likely as any other. */
export function uniform(keys: number, length: number): Order {
  const random = seeded(1);
  return Uint32Array.from({ length }, () => Math.floor(random() * keys));
}

/** A prime: multiplying by it scatters indices over any count of keys that is no multiple of it. */
const SCATTER = 611_953;

/** The r-th most frequent key is met 1/r as often as the first (Zipf), and lies anywhere among the others. */
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

/** The key at each position of an order, which begins again where it ends. */
export function keysIn(order: Order, keys: readonly string[]): (i: number) => string {
  const last = order.length - 1;
  return i => keys[order[i & last] as number] as string;
}
