import { describe, expect, test } from 'vitest';
import { redisKey } from '../src/redisKey.js';

describe('the key in Redis', () => {
  test('is the prefix with its length, and the key', () => {
    expect(redisKey('breaking', '3:api:a b\n\0é')).toBe('8:breaking:3:api:a b\n\0é');
  });

  test('holds no brace, whoever chose the prefix and the key', () => {
    expect(redisKey('{a}', '{b}{')).not.toMatch(/[{}]/);
  });

  test('is another for each key, also for one that looks escaped', () => {
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

  test('does not run together with another prefix', () => {
    expect(redisKey('a:b', 'c')).not.toBe(redisKey('a', 'b:c'));
  });
});
