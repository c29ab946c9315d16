import { randomBytes } from 'node:crypto';

// If a program has a class that extends String, as ioredis does, V8 looks up each method of a string on every call, and
// a decision takes 1.6 times as long. A method that is captured in the same file is not looked up.
const { charCodeAt } = String.prototype;

/**
 * Hashes keys to 64 bits with a secret. So nobody who chooses keys can find two with the same hash, and keys do not
 * have to be stored to be recognised. Two keys with the same hash share their buckets: each may be refused for what the
 * other took, and a refund or reset of one affects both. Among n keys that happens by chance with probability n² /
 * 2^65: 3 in 100,000,000 for a million keys.
 *
 * The result is in `low` and `high`, two signed 32-bit words, so that nothing is allocated. The last key is remembered,
 * since a flood repeats the same key, and comparing is cheaper than hashing.
 *
 * `low` is HalfSipHash-1-3 with an output of 32 bits, `high` is the rest of its last state, v0 ^ v2. Latin-1 keys are
 * hashed by their bytes, other keys by their UTF-16 code units with another secret, so that unpaired surrogates stay
 * different.
 *
 * Source: Jean-Philippe Aumasson and Daniel J. Bernstein, "SipHash: a fast short-input PRF" (2012), and HalfSipHash in
 * their reference implementation. One round for each word and three at the end is the variant for hash tables.
 */
export class KeyHash {
  low = 0;
  high = 0;
  readonly #secret: Secret;
  readonly #prefix: string;
  /** Undefined before the first key. */
  #last: string | undefined;
  /** The state after the whole 4-byte words of the prefix, and the remaining bytes of the prefix. */
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  #rest = 0;

  /**
   * @param prefix Latin-1 text before every key: `take(key)` hashes `prefix + key` without joining the two
   * @param secret four words: two for Latin-1 keys, two for others
   */
  constructor(prefix = '', secret: Secret = new RandomSecret()) {
    this.#prefix = prefix;
    this.#secret = secret;
  }

  #takePrefix(): void {
    const prefix = this.#prefix;
    const state = initialState(this.#secret.words, 0);
    const left = prefix.length & 3;
    const bytes = Buffer.from(`${prefix}\0\0\0`, 'latin1');
    for (let i = 0; i < prefix.length - left; i += 4) sipRound(state, bytes.readInt32LE(i));
    this.#rest = left === 0 ? 0 : bytes.readInt32LE(prefix.length - left);
    [this.#v0, this.#v1, this.#v2, this.#v3] = state as unknown as [number, number, number, number];
  }

  /** The hash of keys that all begin with `prefix`. */
  after(prefix: string): KeyHash {
    return new KeyHash(this.#prefix + prefix, this.#secret);
  }

  /** Sets `low` and `high` to those of `key`. */
  take(key: string): void {
    if (key !== this.#last) this.#hash(key);
  }

  #hash(key: string): void {
    if (this.#last === undefined) this.#takePrefix();
    this.#last = key;
    // `| 0` makes the compiler treat these as 32-bit words from the start.
    let v0 = this.#v0 | 0;
    let v1 = this.#v1 | 0;
    let v2 = this.#v2 | 0;
    let v3 = this.#v3 | 0;
    // The key's bytes follow the prefix, so each 4-byte word is shifted by the remaining bytes of the prefix.
    let rest = this.#rest | 0;
    const shift = (this.#prefix.length & 3) << 3;
    const length = key.length;
    let anyBit = 0;
    let i = 0;
    for (; i + 3 < length; i += 4) {
      const a = charCodeAt.call(key, i);
      const b = charCodeAt.call(key, i + 1);
      const c = charCodeAt.call(key, i + 2);
      const d = charCodeAt.call(key, i + 3);
      anyBit |= a | b | c | d;
      const word = a | (b << 8) | (c << 16) | (d << 24);
      const m = rest | (word << shift);
      rest = (word >>> (24 - shift)) >>> 8;
      // This is sipRound with local variables: with an array it takes three times as long.
      v3 ^= m;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= m;
    }
    let word = 0;
    for (; i < length; i++) {
      const a = charCodeAt.call(key, i);
      anyBit |= a;
      word |= a << ((i & 3) << 3);
    }
    if (anyBit > 0xff) {
      this.#takeWide(key);
      return;
    }
    const lastByte = (this.#prefix.length + length) << 24;
    let m = rest | (word << shift);
    // The remaining bytes of prefix and key may fill one more word. The others are in the last word.
    let rounds = 3;
    if ((shift >> 3) + (length & 3) > 3) rounds = 4;
    else m |= lastByte;
    for (;;) {
      v3 ^= m;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= m;
      m = 0;
      if (rounds === 4) m = ((word >>> (24 - shift)) >>> 8) | lastByte;
      else if (rounds === 3) v2 ^= 0xff;
      else if (rounds === 0) break;
      rounds--;
    }
    this.low = v1 ^ v3;
    this.high = v0 ^ v2;
  }

  #takeWide(key: string): void {
    const state = initialState(this.#secret.words, 2);
    const whole = this.#prefix + key;
    let i = 0;
    for (; i + 1 < whole.length; i += 2)
      sipRound(state, charCodeAt.call(whole, i) | (charCodeAt.call(whole, i + 1) << 16));
    sipRound(state, (i < whole.length ? charCodeAt.call(whole, i) : 0) | (whole.length << 25));
    (state[2] as number) ^= 0xff;
    for (let round = 0; round < 3; round++) sipRound(state, 0);
    const [v0, v1, v2, v3] = state as unknown as [number, number, number, number];
    this.low = v1 ^ v3;
    this.high = v0 ^ v2;
  }
}

/** Four secret words. */
interface Secret {
  readonly words: Int32Array;
}

/** Made at first use: some runtimes have no random numbers before the first request. */
class RandomSecret implements Secret {
  #words: Int32Array | undefined;

  get words(): Int32Array {
    if (this.#words === undefined) {
      const bytes = randomBytes(16);
      this.#words = Int32Array.from({ length: 4 }, (_, i) => bytes.readInt32LE(i * 4));
    }
    return this.#words;
  }
}

function initialState(secret: Int32Array, at: number): Int32Array {
  const k0 = secret[at] as number;
  const k1 = secret[at + 1] as number;
  return Int32Array.of(k0, k1, k0 ^ 0x6c796765, k1 ^ 0x74656462);
}

/** Mixes one word into a state of four. */
function sipRound(state: Int32Array, word: number): void {
  let [v0, v1, v2, v3] = state as unknown as [number, number, number, number];
  v3 ^= word;
  v0 = (v0 + v1) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v0 = (v0 << 16) | (v0 >>> 16);
  v2 = (v2 + v3) | 0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);
  state[0] = v0 ^ word;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
}
