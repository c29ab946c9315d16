import { MemoryBucketStore } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { upTo } from './limit.js';

const good = upTo(5);
const store = new MemoryBucketStore();

interface Wrong {
  readonly options: unknown;
  readonly says: string;
}

/** Options of a wrong type, and unknown options: a TypeError. */
const KINDS: readonly Wrong[] = [
  { options: null, says: 'options must be an object, got null' },
  { options: 5, says: 'options must be an object, got 5' },
  { options: [], says: 'options must be an object, got an array of 0' },
  { options: {}, says: 'capacityMax must be a number, got undefined' },
  { options: { capacityMax: 5 }, says: 'restoreRateHz must be a number, got undefined' },
  { options: { restoreRateHz: 5 }, says: 'capacityMax must be a number, got undefined' },
  { options: { ...good, capacityMax: '5' }, says: 'capacityMax must be a number, got "5"' },
  { options: { ...good, capacityMax: 5n }, says: 'capacityMax must be a number, got 5n' },
  { options: { ...good, restoreRateHz: null }, says: 'restoreRateHz must be a number, got null' },
  {
    options: { ...good, limits: { a: good } },
    says: 'capacityMax must not be set together with limits, got 5',
  },
  { options: { limits: 5 }, says: 'limits must be a policy or an object of policies, got 5' },
  {
    options: { limits: [good] },
    says: 'limits must be a policy or an object of policies, got an array of 1',
  },
  { options: { limits: { a: 5 } }, says: 'limits.a: options must be an object, got 5' },
  { options: { limits: { a: { ...good, burst: 5 } } }, says: 'limits.a: unknown option "burst"' },
  {
    options: { limits: { a: { capacityMax: 5 } } },
    says: 'limits.a: restoreRateHz must be a number, got undefined',
  },
  { options: { ...good, windowMs: 1000 }, says: 'unknown option "windowMs"' },
  { options: { ...good, keyof: () => 'k' }, says: 'unknown option "keyof"' },
  { options: { ...good, name: 5 }, says: 'name must be a string, got 5' },
  ...['keyOf', 'limitsOf', 'costOf', 'skip', 'refundWhen', 'problem'].flatMap(callback => [
    { options: { ...good, [callback]: 'text' }, says: `${callback} must be a function, got "text"` },
    { options: { ...good, [callback]: null }, says: `${callback} must be a function, got null` },
  ]),
  { options: { ...good, store }, says: 'name is required with store' },
  {
    options: { ...good, name: 'api', store: {} },
    says: 'store must be an object with a method check, got an object',
  },
  {
    options: { ...good, name: 'api', store: null },
    says: 'store must be an object with a method check, got null',
  },
  { options: { ...good, onStoreError: true }, says: 'onStoreError must be a string, got true' },
  {
    options: { ...good, headers: true },
    says: 'headers must be a format, a list of them, or false, got true',
  },
  {
    options: { ...good, headers: null },
    says: 'headers must be a format, a list of them, or false, got null',
  },
  { options: { ...good, onStoreError: null }, says: 'onStoreError must be a string, got null' },
  { options: { ...good, rejectWith: null }, says: 'rejectWith must be a string, got null' },
  { options: { ...good, ipv6PrefixBits: null }, says: 'ipv6PrefixBits must be a number, got null' },
  { options: { ...good, headers: [5] }, says: 'headers must be a string, got 5' },
  { options: { ...good, rejectWith: 1 }, says: 'rejectWith must be a string, got 1' },
  { options: { ...good, enforce: 'yes' }, says: 'enforce must be a boolean or a number, got "yes"' },
  { options: { ...good, enforce: null }, says: 'enforce must be a boolean or a number, got null' },
  { options: { ...good, ipv6PrefixBits: '56' }, says: 'ipv6PrefixBits must be a number, got "56"' },
  {
    options: { ...good, clock: Date },
    says: 'clock must be an object with a method secondsSinceEpoch, got function Date',
  },
  {
    options: { ...good, clock: null },
    says: 'clock must be an object with a method secondsSinceEpoch, got null',
  },
];

/** Values out of range: a RangeError. */
const VALUES: readonly Wrong[] = [
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12 + 1].map(capacityMax => ({
    options: { ...good, capacityMax },
    says: `capacityMax must be a whole number from 1 to 1000000000000, got ${capacityMax}`,
  })),
  ...[0, -5].map(restoreRateHz => ({
    options: { ...good, restoreRateHz },
    says: `restoreRateHz must be > 0, got ${restoreRateHz}`,
  })),
  ...[Number.NaN, Number.POSITIVE_INFINITY].map(restoreRateHz => ({
    options: { ...good, restoreRateHz },
    says: `restoreRateHz must be finite, got ${restoreRateHz}`,
  })),
  { options: { limits: {} }, says: 'limits must name at least one policy' },
  { options: { limits: { a: good, b: upTo(0) } }, says: 'limits.b: capacityMax must be a whole number' },
  {
    options: { limits: { '': good } },
    says: 'the name of a limit must be printable ASCII, not empty, got ""',
  },
  {
    options: { limits: { ä: good } },
    says: 'the name of a limit must be printable ASCII, not empty, got "ä"',
  },
  { options: { ...good, name: '' }, says: 'name must be printable ASCII, not empty, got ""' },
  { options: { ...good, name: 'a\nb' }, says: 'name must be printable ASCII, not empty, got "a\\nb"' },
  {
    options: { ...good, onStoreError: 'ignore' },
    says: "onStoreError must be one of 'local', 'allow', 'deny', got \"ignore\"",
  },
  {
    options: { ...good, headers: 'draft-8' },
    says: "headers must be one of 'draft-11', 'draft-7', 'draft-6', 'legacy', got \"draft-8\": use 'draft-11' instead",
  },
  {
    options: { ...good, headers: ['draft-06'] },
    says: "headers must be one of 'draft-11', 'draft-7', 'draft-6', 'legacy', got \"draft-06\": use 'draft-6' instead",
  },
  { options: { ...good, headers: [] }, says: 'headers must name a format or be false, got an empty list' },
  {
    options: { ...good, headers: ['legacy', 'legacy'] },
    says: 'headers must name each format once, got legacy, legacy',
  },
  {
    options: { ...good, headers: ['draft-11', 'draft-7'] },
    says: 'headers must not set a field twice, got draft-11 and draft-7',
  },
  {
    options: { ...good, headers: ['legacy', 'draft-6', 'draft-11'] },
    says: 'headers must not set a field twice, got draft-11 and draft-6',
  },
  {
    options: { ...good, rejectWith: 'throw' },
    says: "rejectWith must be one of 'response', 'error', got \"throw\"",
  },
  ...[-0.1, 1.1, Number.NaN].map(enforce => ({
    options: { ...good, enforce },
    says: `enforce must be from 0 to 1, got ${enforce}`,
  })),
  ...[0, 129, 56.5, Number.NaN].map(ipv6PrefixBits => ({
    options: { ...good, ipv6PrefixBits },
    says: `ipv6PrefixBits must be a whole number from 1 to 128, got ${ipv6PrefixBits}`,
  })),
];

/** A wrong option throws when it is passed, with an error that names the option and the value. */
export function wrongOptionsContract(adapter: AdapterUnderTest): void {
  const mounted = (options: unknown) => {
    return adapter.mount({ gates: [{ kind: 'rateLimit', options: options as never }] });
  };
  const errorOf = (options: unknown) =>
    mounted(options).then(
      () => undefined,
      (error: Error) => error,
    );

  describe('a wrong option', () => {
    test.each(KINDS)('of a wrong type is a TypeError: $says', async ({ options, says }) => {
      const error = await errorOf(options);
      expect(error?.message).toContain(`rateLimit: ${says}`);
      expect(error).toBeInstanceOf(TypeError);
    });

    test.each(VALUES)('with a wrong value is a RangeError: $says', async ({ options, says }) => {
      const error = await errorOf(options);
      expect(error?.message).toContain(`rateLimit: ${says}`);
      expect(error).toBeInstanceOf(RangeError);
    });

    test('undefined is not an error: it means the same as a missing option', async () => {
      const names = [
        'limits',
        'name',
        'keyOf',
        'limitsOf',
        'costOf',
        'skip',
        'refundWhen',
        'problem',
        'store',
      ];
      const others = ['onStoreError', 'headers', 'rejectWith', 'enforce', 'ipv6PrefixBits', 'clock'];
      const options = Object.fromEntries([...names, ...others].map(name => [name, undefined]));
      await expect(mounted({ ...options, ...good })).resolves.toBeDefined();
    });
  });
}
