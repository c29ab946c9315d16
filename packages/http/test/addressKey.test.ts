import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callerKey } from '../src/clientKey/requestKeys.js';

const key = fc.oneof(
  fc.string(),
  fc.string().map(text => `ip:${text}`),
  fc.string().map(text => `key:${text}`),
);

test("a caller's key never equals the key of an address", () => {
  fc.assert(
    fc.property(key, text => {
      expect(callerKey(text)).not.toMatch(/^ip:/);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('two different keys stay different', () => {
  fc.assert(
    fc.property(key, key, (one, other) => {
      expect(callerKey(one) === callerKey(other)).toBe(one === other);
    }),
    { seed: 2, numRuns: 1000 },
  );
  expect(callerKey('key:ip:1')).not.toBe(callerKey('ip:1'));
});

test('an ordinary key is unchanged', () => {
  expect(callerKey('alice')).toBe('alice');
});
