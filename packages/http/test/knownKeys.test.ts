import { addressKey } from '@breaking/core';
import { expect, test } from 'vitest';
import { KnownKeys } from '../src/clientKey/knownKeys.js';

const ODD = [
  undefined,
  '',
  '192.0.2.1',
  '::ffff:192.0.2.1',
  '::ffff:c000:201',
  '::FFFF:192.0.2.1',
  '::ffff:192.0.2.999',
];

test('a cached address has the same key as an uncached one', () => {
  const keys = new KnownKeys(64);
  const addresses = [
    ...ODD,
    '2001:db8::1',
    '2001:db8:0:1::1',
    '[2001:db8::1]:443',
    'fe80::1%eth0',
    'no: address',
  ];
  for (const address of [...addresses, ...addresses]) expect(keys.of(address)).toBe(addressKey(address, 64));
});

test('keys stay correct when there are more addresses than the cache holds', () => {
  const keys = new KnownKeys(128);
  const addressAt = (i: number) => `2001:db8::${i.toString(16)}`;
  for (let i = 1; i <= 5000; i++) {
    expect(keys.of(addressAt(i))).toBe(`${addressAt(i)}/128`);
    expect(keys.of(addressAt(1 + (i % 7)))).toBe(`${addressAt(1 + (i % 7))}/128`);
  }
});

test('text that is too long for an address is rejected and not cached', () => {
  expect(new KnownKeys(56).of(`2001:db8::1%${'x'.repeat(1000)}`)).toBe('2001:db8::/56');
});
