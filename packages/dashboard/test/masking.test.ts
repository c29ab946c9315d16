import { expect, test } from 'vitest';
import { masking, unmasked } from '../src/masking.js';

const mask = masking(Buffer.from('secret'));

test('an IPv4 address loses its last octet', () => {
  expect(mask('ip:192.0.2.7')).toBe('ip:192.0.2.*');
});

test.each(['ada@example.com', 'key:ip:192.0.2.7', '<script>', '', 'x'.repeat(10_000)])(
  'any other key becomes a short hash: %#',
  key => {
    expect(mask(key)).toMatch(/^#[0-9a-f]{8}$/);
  },
);

test.each(['ip:2001:db8:1::/56', 'ip:192.0.2.7.evil'])(
  'another kind of address becomes a short hash with its kind: %s',
  key => {
    expect(mask(key)).toMatch(/^ip:#[0-9a-f]{8}$/);
  },
);

test('one mask always shows a key in the same way, and two keys differently', () => {
  expect(mask('ada')).toBe(mask('ada'));
  expect(mask('ada')).not.toBe(mask('bob'));
});

test('two masks show a key differently, so that nobody can search for it', () => {
  expect(masking()('ada@example.com')).not.toBe(masking()('ada@example.com'));
});

test('an unmasked key is cut if it is too long to read', () => {
  expect(unmasked('ada@example.com')).toBe('ada@example.com');
  expect(unmasked('x'.repeat(10_000))).toBe(`${'x'.repeat(199)}…`);
});
