import { decided } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import {
  QuotaBodies,
  quotaExceeded,
  quotaRefusal,
  refusal,
  refusalFields,
  serviceUnavailable,
  unavailableRefusal,
} from '../src/refusal.js';

const refused = decided([{ name: 'burst', capacityMax: 1, restoreRateHz: 0.1 }], [1], 1, false);

describe('a problem', () => {
  test('of a quota names its type, title, status and the policies that refused', () => {
    const problem = {
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Request cannot be satisfied as assigned quota has been exceeded',
      status: 429,
      'violated-policies': ['burst'],
    };
    const rejection = quotaExceeded(refused);

    expect({ ...rejection }).toEqual(problem);
    expect(rejection).toMatchObject({ status: 429, retryAfterSecs: 10, decision: refused, problem });
  });

  test('of a service has no type of its own', () => {
    const problem = { type: 'about:blank', title: 'Service Unavailable', status: 503 };
    const rejection = serviceUnavailable(3);

    expect({ ...rejection }).toEqual(problem);
    expect(rejection).toMatchObject({ status: 503, retryAfterSecs: 3, problem });
  });
});

test.each([
  [0.2, { 'Retry-After': '1' }],
  [1, { 'Retry-After': '1' }],
  [1.5, { 'Retry-After': '2' }],
  [1e300, { 'Retry-After': '999999999999999' }],
  [Number.POSITIVE_INFINITY, {}],
])('the header fields of a refusal for %d seconds', (secs, fields) => {
  expect(refusalFields(secs)).toEqual({ 'Cache-Control': 'no-store', ...fields });
});

test('refusals on the fast path equal refusals made from a description', () => {
  const fields = { 'Retry-After': '10' };
  const quota = quotaExceeded(refused);
  expect(quotaRefusal(new QuotaBodies().of(refused), { ...fields })).toEqual(
    refusal('rateLimit', quota, quota.problem, fields),
  );
  const unavailable = serviceUnavailable(10);
  expect(unavailableRefusal({ ...fields })).toEqual(
    refusal('rateLimit', unavailable, unavailable.problem, fields),
  );
});

describe('the body of a refusal', () => {
  const of = (body: unknown) => refusal('rateLimit', serviceUnavailable(1), body, { 'Retry-After': '1' });

  test('is a problem if it is an object', () => {
    expect(of({ title: 'No' })).toEqual({
      status: 503,
      headers: { 'Retry-After': '1', 'Content-Type': 'application/problem+json' },
      body: '{"title":"No"}',
    });
  });

  test('is plain text if it is a string', () => {
    expect(of('No')).toMatchObject({ headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'No' });
  });

  test.each([
    [undefined, 'rateLimit: problem must return an object or a string, got undefined'],
    [null, 'rateLimit: problem must return an object or a string, got null'],
    [429, 'rateLimit: problem must return an object or a string, got 429'],
    [
      { toJSON: () => undefined },
      'rateLimit: problem must return a value that JSON can represent, got an object of Object',
    ],
    [
      { n: 1n },
      'rateLimit: problem must return a value that JSON can represent: TypeError: Do not know how to serialize a BigInt',
    ],
  ])('cannot be %o', (body, message) => {
    expect(() => of(body)).toThrow(new TypeError(message));
  });
});
