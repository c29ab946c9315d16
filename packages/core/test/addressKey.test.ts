import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey } from '../src/base/addressKey.js';

describe('the key of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    [' 192.0.2.1', '192.0.2.1'],
    ['\t192.0.2.1:443 ', '192.0.2.1'],
    [' ::ffff:192.0.2.1', '192.0.2.1'],
    ['\u00a0[2001:db8::1]:443 ', '2001:db8::/56'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:FFFF:C000:0201', '192.0.2.1'],
    ['[::ffff:192.0.2.1]:8080', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    ['[64:ff9b:0::c000:201]', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:db8::1', '2001:db8::/56'],
    ['2001:db8:0:ff:ffff:ffff:ffff:ffff', '2001:db8::/56'],
    ['2001:db8:0:100::', '2001:db8:0:100::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
    ['[fe80::1%25eth0]:443', 'fe80::/56'],
    ['::', '::/56'],
    ['::192.0.2.1', '::/56'],
    ['64:ff9b:1::192.0.2.1', '64:ff9b:1::/56'],
    ['::ffff:0:192.0.2.1', '::/56'],
  ])('%s is %s', (address, key) => {
    expect(addressKey(address, 56)).toBe(key);
  });

  test.each([
    undefined,
    '',
    ' ',
    'localhost',
    'unknown',
    '_hidden',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '0x7f.0.0.1',
    '127.1',
    '2130706433',
    '1.2.3.4:',
    '1.2.3.4:port',
    '1.2.3.4/24',
    ':',
    ':::',
    '1::2::3',
    '2001:db8::g',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '[2001:db8::1',
    '2001:db8::1]',
    '[2001:db8::1]x',
    '[]',
    '%eth0',
    '192.0.2.1, 192.0.2.2',
    '\0',
    '１９２.0.2.1',
  ])('%j is none', address => {
    expect(addressKey(address, 56)).toBeUndefined();
  });

  test.each([
    [1, '8000::/1'],
    [32, 'abcd:ef01::/32'],
    [48, 'abcd:ef01:2345::/48'],
    [64, 'abcd:ef01:2345:6789::/64'],
    [128, 'abcd:ef01:2345:6789:abcd:ef01:2345:6789/128'],
  ])('keeps the first %i bits of IPv6', (bits, key) => {
    expect(addressKey('abcd:ef01:2345:6789:abcd:ef01:2345:6789', bits)).toBe(key);
  });

  test('does not keep fewer bits of an IPv4 address, however it is written', () => {
    expect(addressKey('::ffff:192.0.2.1', 1)).toBe('192.0.2.1');
    expect(addressKey('64:ff9b::192.0.2.1', 1)).toBe('192.0.2.1');
  });
});

type Groups = readonly number[];

const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
/** Eight groups, many of them zero, so that there is something to shorten. */
const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
const bits = fc.integer({ min: 1, max: 128 });

/** How an address is written, of the many possible ways. */
const style = fc.record({
  upper: fc.boolean(),
  padded: fc.boolean(),
  dotted: fc.boolean(),
  /** Where the zeros replaced by `::` begin, if any are. */
  shortened: fc.option(fc.nat(7)),
  dressed: fc.constantFrom('', 'zone', 'brackets', 'port', 'zone and port'),
});

type Style = typeof style extends fc.Arbitrary<infer S> ? S : never;

function spelled(address: Groups, { upper, padded, dotted, shortened, dressed }: Style): string {
  const words = address.map(group => group.toString(16).padStart(padded ? 4 : 1, '0'));
  if (dotted) words.splice(6, 2, dottedOf(address));
  const text = shortenedAt(words, address, shortened);
  const cased = upper ? text.toUpperCase() : text;
  const zoned = dressed.startsWith('zone') ? `${cased}%eth0` : cased;
  if (dressed.endsWith('port')) return `[${zoned}]:443`;
  return dressed === 'brackets' ? `[${zoned}]` : zoned;
}

function dottedOf(address: Groups): string {
  const [high = 0, low = 0] = address.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The words with `::` in place of the zeros that begin at `start`. */
function shortenedAt(words: readonly string[], address: Groups, start: number | null): string {
  if (start === null) return words.join(':');
  let end = start;
  while (end < words.length && address[end] === 0 && !words[end]?.includes('.')) end++;
  return end === start
    ? words.join(':')
    : `${words.slice(0, start).join(':')}::${words.slice(end).join(':')}`;
}

function ipv4Groups([a, b, c, d]: readonly [number, number, number, number]): Groups {
  return [a * 256 + b, c * 256 + d];
}

/** The address as one number. */
const numberOf = (address: Groups) => address.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);

const isIPv4 = (address: Groups) => {
  const prefix = numberOf(address) >> 32n;
  return prefix === 0xffffn || prefix === 0x64_ff9b_0000_0000_0000_0000n;
};

describe('any spelling of an address', () => {
  test('gives the one key that the address has, of IPv6', () => {
    fc.assert(
      fc.property(groups, style, style, bits, (address, one, other, prefixBits) => {
        const key = addressKey(spelled(address, one), prefixBits);
        expect(key).toBeDefined();
        expect(addressKey(spelled(address, other), prefixBits)).toBe(key);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test('gives the one key that the address has, of IPv4', () => {
    const mapped = [0, 0, 0, 0, 0, 0xffff];
    const nat64 = [0x64, 0xff9b, 0, 0, 0, 0];
    fc.assert(
      fc.property(bytes, style, bits, (address, how, prefixBits) => {
        const key = address.join('.');
        expect(addressKey(key, prefixBits)).toBe(key);
        expect(addressKey(`${key}:8080`, prefixBits)).toBe(key);
        for (const prefix of [mapped, nat64]) {
          expect(addressKey(spelled([...prefix, ...ipv4Groups(address)], how), prefixBits)).toBe(key);
        }
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  test('gives two addresses one key if they share their first bits, and only then', () => {
    const near = fc.tuple(groups, fc.nat(127)).map(([address, bit]) => {
      const flipped = numberOf(address) ^ (1n << BigInt(127 - bit));
      return { address, bit, other: groupsOf(flipped) };
    });
    fc.assert(
      fc.property(near, style, bits, ({ address, bit, other }, how, prefixBits) => {
        fc.pre(!isIPv4(address) && !isIPv4(other));
        const keys = [address, other].map(each => addressKey(spelled(each, how), prefixBits));
        expect(keys[0] === keys[1]).toBe(bit >= prefixBits);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  test('nothing that anybody may send as an address throws', () => {
    const any = fc.array(fc.nat(0xffff)).map(units => String.fromCharCode(...units));
    const almost = fc.string({ unit: fc.constantFrom(...'0123456789abcdefxF:.%[]/ -') });
    fc.assert(
      fc.property(fc.oneof(any, almost), bits, (text, prefixBits) => {
        expect(typeof addressKey(text, prefixBits)).toMatch(/^(string|undefined)$/);
      }),
      { seed: 4, numRuns: 5000 },
    );
  });
});

function groupsOf(address: bigint): Groups {
  return Array.from({ length: 8 }, (_, i) => Number((address >> BigInt(16 * (7 - i))) & 0xffffn));
}

test('networks have 56 bits by default, and wrong bits are an error', () => {
  expect(addressKey('2001:db8:0:ff::1')).toBe('2001:db8::/56');
  expect(addressKey('2001:db8:0:ff::1', undefined)).toBe('2001:db8::/56');
  for (const bits of [0, 129, 5.5, Number.NaN]) {
    expect(() => addressKey('192.0.2.1', bits)).toThrow(RangeError);
    expect(() => addressKey('192.0.2.1', bits)).toThrow('addressKey: ipv6PrefixBits must be');
  }
  expect(() => addressKey('192.0.2.1', '64' as never)).toThrow(TypeError);
});
