import { describe, expect, test } from 'vitest';
import { redisKey } from '../src/redisKey.js';

describe('the key in Redis', () => {
  test('is the format version, the length of the prefix, the prefix and the key', () => {
    expect(redisKey('breaking', '3:api:a b\n\0é')).toBe('v2:8:breaking:3:api:a b\n\0é');
  });

  test('has no braces, whatever the prefix and the key', () => {
    expect(redisKey('{a}', '{b}{')).not.toMatch(/[{}]/);
  });

  test('differs for different keys, also if one looks escaped', () => {
    const keys = [
      '{',
      '%',
      '%7b',
      '%257b',
      '\ud800',
      '\udfff',
      '\ufffd',
      '%ud800',
      'ud800',
      '😀',
      '\ud83d',
      '\ude00',
    ];
    expect(new Set(keys.map(key => redisKey('p', key))).size).toBe(keys.length);
  });

  test('differs for different prefixes', () => {
    expect(redisKey('a:b', 'c')).not.toBe(redisKey('a', 'b:c'));
  });
});
