import { describe, expect, test } from 'vitest';
import { quotaLeft } from '../src/head/quotaLeft.js';
import { retryAfterSecs } from '../src/head/retryAfter.js';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');

test.each([
  ['120', undefined, 120],
  ['0', undefined, 0],
  ['1.5', undefined, 1.5],
  ['Sat, 28 Nov 2026 12:00:30 GMT', undefined, 30],
  ['Sat, 28 Nov 2026 11:00:00 GMT', undefined, 0],
  // Their clock is an hour ahead, and the wait 30 seconds all the same.
  ['Sat, 28 Nov 2026 13:00:30 GMT', 'Sat, 28 Nov 2026 13:00:00 GMT', 30],
  // Not what the RFC knows, and sent all the same.
  [String(NOW_MS / 1000 + 30), undefined, 30],
  ['1m30s', undefined, 90],
  ['2026-11-28T12:00:30Z', undefined, 30],
  ['Sat, 28 Nov 2026 12:00:30 GMT', 'yesterday', 30],
  ['soon', undefined, undefined],
  ['Soon 2030', undefined, undefined],
  ['99999999999', undefined, undefined],
  ['9'.repeat(400), undefined, undefined],
  ['Fri, 31 Dec 9999 23:59:59 GMT', undefined, undefined],
  ['-5', undefined, undefined],
  ['', undefined, undefined],
])('Retry-After: %s, sent at %s, means a wait of %s s', (value, date, secs) => {
  const fields = new Headers({ 'Retry-After': value, ...(date && { Date: date }) });
  expect(retryAfterSecs(fields, NOW_MS)).toBe(secs);
});

describe('the remaining quota is read from', () => {
  test.each<[string, Record<string, string>, number, number | undefined]>([
    ['our own fields', { RateLimit: '"burst";r=19;t=1, "daily";r=3;t=60' }, 3, 60],
    ['our own refusal', { RateLimit: '"burst";r=0;t=2, "daily";r=0;t=60' }, 0, 60],
    ['our own block', { RateLimit: '"block";r=0;t=3600' }, 0, 3600],
    ['a name with a comma and a parameter in it', { RateLimit: '"a, ;r=9";r=2;t=1' }, 2, 1],
    ['strings that look like counts', { RateLimit: '"remaining=7";r=2;t=1;qu=",;r=1"' }, 2, 1],
    ['draft 07', { RateLimit: 'limit=100, remaining=7, reset=5' }, 7, 5],
    ['draft 06', { 'RateLimit-Limit': '10', 'RateLimit-Remaining': '0', 'RateLimit-Reset': '9' }, 0, 9],
    ['X-RateLimit in seconds', { 'X-RateLimit-Remaining': '4', 'X-RateLimit-Reset': '30' }, 4, 30],
    ['GitHub', { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW_MS / 1000 + 90) }, 0, 90],
    [
      'Unix milliseconds',
      { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW_MS + 500) },
      0,
      0.5,
    ],
    [
      'OpenAI, the scarcer of two',
      {
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m0.5s',
      },
      0,
      360.5,
    ],
    [
      'Anthropic',
      {
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-28T12:00:10Z',
      },
      0,
      10,
    ],
    ['X-Rate-Limit', { 'X-Rate-Limit-Remaining': '0', 'X-Rate-Limit-Reset': '9' }, 0, 9],
    ['OpenAI', { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6ms' }, 0, 0.006],
    ['a reset that is none', { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '-5' }, 0, undefined],
    [
      'a reset in 300 years',
      { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '11060000000' },
      0,
      undefined,
    ],
    ['a count without a reset', { 'X-RateLimit-Remaining': '8' }, 8, undefined],
  ])('%s', (_whose, fields, remaining, resetSecs) => {
    expect(quotaLeft(new Headers(fields), NOW_MS)).toEqual({ remaining, resetSecs });
  });

  test.each<[string, Record<string, string>]>([
    ['no fields', {}],
    ['what is no count', { 'X-RateLimit-Remaining': 'many' }],
    ['a policy alone', { 'RateLimit-Policy': '"burst";q=20;w=1' }],
    ['a broken list', { RateLimit: 'burst' }],
  ])('%s: nothing', (_what, fields) => {
    expect(quotaLeft(new Headers(fields), NOW_MS)).toBeUndefined();
  });
});
