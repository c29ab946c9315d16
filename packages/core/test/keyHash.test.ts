import { describe, expect, test } from 'vitest';
import { KeyHash } from '../src/store/memory/keyHash.js';

/** Bytes 0 to 7 are the key of the published vectors. The other half is for keys that are not Latin-1. */
const SECRET = Int32Array.of(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c);

function hashed(key: string, hash = new KeyHash('', { words: SECRET })): string {
  hash.take(key);
  return `${hash.low} ${hash.high}`;
}

const NARROW = 'abcdefghijklmnop';
const WIDE = 'аб\u0301вгд\ud83d\udd11ежз鍵ийк';

describe('the hash of a key', () => {
  test.each([
    [0, 0x5814c896],
    [1, 0xe7e864ca],
    [2, 0xbc4b0e30],
    [3, 0x01539939],
    [4, 0x7e059ea6],
    [5, 0x88e3d89b],
    [6, 0xa0080b65],
    [7, 0x9d38d9d6],
    [8, 0x577999b1],
    [15, 0xd0257b04],
    [16, 0x8b31d501],
    [19, 0x522aca67],
  ])('is HalfSipHash-1-3 in its low word: of the bytes below %d', (length, published) => {
    const hash = new KeyHash('', { words: SECRET });
    hash.take(String.fromCharCode(...Array(length).keys()));
    expect(hash.low >>> 0).toBe(published);
  });

  test('depends on every character, its place and the length', () => {
    const keys = ['', '\0', '\0\0', '\0\0\0', '\0\0\0\0', '\0\0\0\0\0'];
    for (let i = 0; i < NARROW.length; i++) keys.push(`${NARROW.slice(0, i)}X${NARROW.slice(i + 1)}`);
    for (let i = 0; i < WIDE.length; i++) keys.push(`${WIDE.slice(0, i)}X${WIDE.slice(i + 1)}`);
    for (let i = 0; i <= NARROW.length; i++) keys.push(NARROW.slice(0, i) + WIDE.slice(i));
    const distinct = new Set(keys);
    expect(new Set([...distinct].map(key => hashed(key))).size).toBe(distinct.size);
  });

  test('distinguishes halves of surrogate pairs, and characters from their bytes', () => {
    const keys = [
      '\ud83d',
      '\udd11',
      '\ud83d\udd11',
      '\udd11\ud83d',
      '\ufffd',
      '\u6261',
      'ab',
      'a\0b\0',
      'ÿ',
      'Ā',
    ];
    expect(new Set(keys.map(key => hashed(key))).size).toBe(keys.length);
  });

  test('changes with the secret, for every kind of key', () => {
    for (const key of ['', 'key', WIDE])
      expect(hashed(key, new KeyHash())).not.toBe(hashed(key, new KeyHash()));
  });

  test('is the same whatever was hashed before', () => {
    const hash = new KeyHash('', { words: SECRET });
    const keys = ['a', WIDE, 'b', 'a', 'a', WIDE, WIDE, ''];
    expect(keys.map(key => hashed(key, hash))).toEqual(keys.map(key => hashed(key)));
  });

  test('with a prefix is that of prefix and key joined', () => {
    for (let prefix = 0; prefix <= 9; prefix++) {
      const hash = new KeyHash('', { words: SECRET }).after(NARROW.slice(0, prefix));
      for (let length = 0; length <= 9; length++) {
        for (const key of [NARROW.slice(5, 5 + length), WIDE.slice(0, length)]) {
          expect(hashed(key, hash), key).toBe(hashed(NARROW.slice(0, prefix) + key));
        }
      }
    }
    const twice = new KeyHash('', { words: SECRET }).after('abc').after('defgh');
    expect(hashed('key', twice)).toBe(hashed('abcdefghkey'));
  });

  test.each([
    ['numbers', (i: number) => `user-${i}`],
    ['addresses', (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`],
    ['wide characters', (i: number) => `ключ ${i}`],
  ])('spreads %s evenly over all its bits', (_, keyOf) => {
    const hash = new KeyHash('', { words: SECRET });
    const count = 65_536;
    const ones = new Array<number>(64).fill(0);
    const buckets = [0, 8, 16, 24].map(() => new Array<number>(256).fill(0));
    const seen = new Set<string>();
    for (let i = 0; i < count; i++) {
      seen.add(hashed(keyOf(i), hash));
      for (let bit = 0; bit < 32; bit++) {
        ones[bit] = (ones[bit] as number) + ((hash.low >>> bit) & 1);
        ones[32 + bit] = (ones[32 + bit] as number) + ((hash.high >>> bit) & 1);
      }
      [hash.low & 255, hash.low >>> 24, hash.high & 255, hash.high >>> 24].forEach((byte, place) => {
        const counted = buckets[place] as number[];
        counted[byte] = (counted[byte] as number) + 1;
      });
    }
    expect(seen.size).toBe(count);
    // Five standard deviations of a fair coin.
    for (const each of ones) expect(Math.abs(each - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4));
    for (const counted of buckets) {
      const expected = count / 256;
      const chiSquared = counted.reduce((sum, each) => sum + (each - expected) ** 2 / expected, 0);
      // 255 degrees of freedom: 368 is exceeded once in 200,000 times.
      expect(chiSquared).toBeLessThan(368);
    }
  });
});
