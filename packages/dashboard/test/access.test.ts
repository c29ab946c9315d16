import { describe, expect, test } from 'vitest';
import { actionRefusal, gatekeeper } from '../src/access.js';

describe('authorize', () => {
  test.each([true, Promise.resolve(true)])('lets a viewer in when it returns true: %#', async answer => {
    expect(await gatekeeper('dashboard', () => answer)({})).toBe(true);
  });

  test.each([undefined, null, false, 1, 'true', {}, [], Promise.resolve(1), Promise.resolve('true')])(
    'refuses a viewer when it returns anything else: %#',
    async answer => {
      expect(await gatekeeper('dashboard', () => answer)({})).toBe(false);
    },
  );

  test('refuses a viewer when it throws or rejects', async () => {
    const thrown = () => {
      throw new Error('database is gone');
    };
    expect(await gatekeeper('dashboard', thrown)({})).toBe(false);
    expect(await gatekeeper('dashboard', async () => thrown())({})).toBe(false);
  });

  test('receives the request', async () => {
    const authorize = (req: { user: string }) => req.user === 'ada';

    expect(await gatekeeper('dashboard', authorize)({ user: 'ada' })).toBe(true);
    expect(await gatekeeper('dashboard', authorize)({ user: 'bob' })).toBe(false);
  });

  test.each([undefined, true, 'ada'])('is required: %#', authorize => {
    expect(() => gatekeeper('dashboard', authorize as never)).toThrow(
      /^dashboard: authorize must be a function/,
    );
  });
});

describe('an action', () => {
  const token = 'a1b2c3';
  const headers = { host: 'ops.example.com', origin: 'https://ops.example.com', 'breaking-token': token };
  const refusal = (
    method: string,
    changed: Record<string, string | undefined> = {},
    expected: string | undefined = token,
  ) => actionRefusal({ method, headers: { ...headers, ...changed } }, expected);

  test('is accepted from the page itself', () => {
    expect(refusal('POST')).toBeUndefined();
    expect(refusal('POST', { 'sec-fetch-site': 'same-origin' })).toBeUndefined();
  });

  test('is accepted behind a proxy that changes the host if the browser marks it same-origin', () => {
    expect(refusal('POST', { host: '10.0.0.7:3000', 'sec-fetch-site': 'same-origin' })).toBeUndefined();
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('by %s is answered with 405', method => {
    expect(refusal(method)).toBe(405);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'https://ops.example.com:8443' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['no origin', { origin: undefined }],
    ['another site, by what the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site, by what the browser says', { 'sec-fetch-site': 'same-site' }],
    ['no token', { 'breaking-token': undefined }],
    ['an empty token', { 'breaking-token': '' }],
    ['another token', { 'breaking-token': 'a1b2c4' }],
    ['the beginning of the token', { 'breaking-token': 'a1b2' }],
  ])('with %s is refused', (_what, changed) => {
    expect(refusal('POST', changed)).toBe(403);
  });

  test('is refused when actions are off', () => {
    expect(actionRefusal({ method: 'POST', headers }, undefined)).toBe(403);
  });
});
