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

/**
 * The i-th key: an IPv4 address, in no order that a hash could profit from; no two are alike up to 2^32. It is one flat
 * string, as what is read from a socket is, not a tree of the parts that it was joined from.
 */
export function keyAt(i: number): string {
  const bits = Math.imul(i, 0x9e3779b1) >>> 0;
  const address = `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
  return Buffer.from(address, 'latin1').toString('latin1');
}

/** Which key is met at a position, by its index. A power of two long, to be met again and again. */
export type Order = Uint32Array;

/** One after the other. */
export function inTurn(keys: number, length: number): Order {
  return Uint32Array.from({ length }, (_, i) => i % keys);
}

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
