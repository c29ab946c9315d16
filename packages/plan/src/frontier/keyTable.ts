/** The rows in one piece of memory. A table grows by pieces, so that growing copies nothing. */
export const ROWS_OF_PIECE = 4096;
/** The longest key, in characters, that is stored in the table itself: enough for IPv4 addresses and IPv6 networks. */
const SHORT_KEY = 24;
const SLOT_BYTES = 1 + SHORT_KEY;
/** In place of a length: the key is stored as a string. */
const LONG = 0xff;
const FEWEST_HEADS = 1024;

/**
 * Numbers keys: rows 0 to size − 1. A short key takes 25 bytes for its text and 8 to 20 bytes for the search. It is not an
 * object, so the garbage collector does not visit it, as it would visit the strings in a Map.
 *
 * Source: Donald E. Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithms L and R (linear probing).
 */
export class KeyTable {
  /** The row at each slot of the hash table, plus one; 0 for an empty slot. */
  #heads = new Int32Array(FEWEST_HEADS);
  /** The hashes of the keys, for half as many rows as there are slots. */
  #hashes = new Int32Array(FEWEST_HEADS / 2);
  /** For each row, the length of its key, then its characters. */
  readonly #slots: Uint8Array[] = [];
  readonly #long = new Map<number, string>();
  /** Random, so that nobody can write a log with keys that all collide. */
  readonly #seed = (Math.random() * 2 ** 32) | 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The row of a key, or -1. */
  find(key: string): number {
    const hash = this.#hash(key);
    for (let i = this.#home(hash); ; i = this.#after(i)) {
      const row = (this.#heads[i] as number) - 1;
      if (row === -1 || (this.#hashes[row] === hash && this.#isKeyOf(row, key))) return row;
    }
  }

  /** Adds a new key in the next row. */
  add(key: string): number {
    if (2 * this.#size >= this.#heads.length) this.#grow();
    const row = this.#size++;
    if (row % ROWS_OF_PIECE === 0) this.#slots.push(new Uint8Array(ROWS_OF_PIECE * SLOT_BYTES));
    this.#put(row, key);
    return row;
  }

  /** Gives a row to another, new key. */
  replace(row: number, key: string): void {
    this.#unlink(row);
    this.#long.delete(row);
    this.#put(row, key);
  }

  keyOf(row: number): string {
    const long = this.#long.get(row);
    if (long !== undefined) return long;
    const slots = this.#slotsOf(row);
    const start = startOf(row) + 1;
    return Buffer.from(slots.subarray(start, start + (slots[start - 1] as number))).toString('latin1');
  }

  #put(row: number, key: string): void {
    const slots = this.#slotsOf(row);
    const start = startOf(row);
    let isShort = key.length <= SHORT_KEY;
    for (let i = 0; isShort && i < key.length; i++) {
      const code = key.charCodeAt(i);
      isShort = code <= 0xff;
      slots[start + 1 + i] = code;
    }
    slots[start] = isShort ? key.length : LONG;
    if (!isShort) this.#long.set(row, unsliced(key));
    this.#hashes[row] = this.#hash(key);
    this.#link(row);
  }

  #isKeyOf(row: number, key: string): boolean {
    const slots = this.#slotsOf(row);
    const start = startOf(row);
    if (slots[start] === LONG) return this.#long.get(row) === key;
    if (slots[start] !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (slots[start + 1 + i] !== key.charCodeAt(i)) return false;
    return true;
  }

  /** FNV-1a, 32 bits, with the finalizer of MurmurHash3. */
  #hash(key: string): number {
    let hash = this.#seed;
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }

  #home(hash: number): number {
    return hash & (this.#heads.length - 1);
  }

  #after(i: number): number {
    return (i + 1) & (this.#heads.length - 1);
  }

  #link(row: number): void {
    let i = this.#home(this.#hashes[row] as number);
    while (this.#heads[i] !== 0) i = this.#after(i);
    this.#heads[i] = row + 1;
  }

  #unlink(row: number): void {
    const heads = this.#heads;
    let hole = this.#home(this.#hashes[row] as number);
    while (heads[hole] !== row + 1) hole = this.#after(hole);
    for (let i = this.#after(hole); heads[i] !== 0; i = this.#after(i)) {
      // An entry moves up unless its home is behind the gap.
      const home = this.#home(this.#hashes[(heads[i] as number) - 1] as number);
      if (hole <= i ? home > hole && home <= i : home > hole || home <= i) continue;
      heads[hole] = heads[i] as number;
      hole = i;
    }
    heads[hole] = 0;
  }

  #grow(): void {
    this.#heads = new Int32Array(2 * this.#heads.length);
    const hashes = new Int32Array(this.#heads.length / 2);
    hashes.set(this.#hashes.subarray(0, this.#size));
    this.#hashes = hashes;
    for (let row = 0; row < this.#size; row++) this.#link(row);
  }

  #slotsOf(row: number): Uint8Array {
    return this.#slots[(row / ROWS_OF_PIECE) | 0] as Uint8Array;
  }
}

function startOf(row: number): number {
  return (row % ROWS_OF_PIECE) * SLOT_BYTES;
}

/** A copy of the text: a substring of a line would keep all text that was read with it in memory. */
function unsliced(key: string): string {
  const encoding = /^[\0-\xff]*$/.test(key) ? 'latin1' : 'utf16le';
  return Buffer.from(key, encoding).toString(encoding);
}
