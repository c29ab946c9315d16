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

/** The i-th key: an IPv4 address, in no order that a hash could profit from. Different up to 2^32. */
export function keyAt(i: number): string {
  const bits = Math.imul(i, 0x9e3779b1) >>> 0;
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** As {@link keyAt}, as one flat string: what is read from a socket has no parts that a first look would join. */
export function flatKeys(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(keyAt(i), 'latin1').toString('latin1'));
}

/** In what order keys are met, by their indices. */
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
  for (let rank = 1; rank <= keys; rank++) upTo[rank - 1] = sum += 1 / rank;
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
