import { bunAddress, cloudflareAddress, denoAddress } from '@breaking/web';
import { describe, expect, test } from 'vitest';

const request = (headers: Record<string, string> = {}) => new Request('http://localhost/', { headers });

describe('the address', () => {
  test("of Deno is the connection's, and undefined on a Unix socket", () => {
    expect(denoAddress(request(), { remoteAddr: { hostname: '192.0.2.1' } })).toBe('192.0.2.1');
    expect(denoAddress(request(), { remoteAddr: {} })).toBeUndefined();
  });

  test("of Bun is the connection's, and undefined after it is closed", () => {
    expect(bunAddress(request(), { requestIP: () => ({ address: '192.0.2.1' }) })).toBe('192.0.2.1');
    expect(bunAddress(request(), { requestIP: () => null })).toBeUndefined();
  });

  test('of Cloudflare is the one in CF-Connecting-IP', () => {
    expect(cloudflareAddress(request({ 'CF-Connecting-IP': '192.0.2.1' }))).toBe('192.0.2.1');
  });

  test('throws in another runtime', () => {
    expect(() => denoAddress(request(), undefined as never)).toThrow(/denoAddress: .* Deno.serve/);
    expect(() => bunAddress(request(), {} as never)).toThrow(/bunAddress: .* Bun.serve/);
    expect(() => cloudflareAddress(request({ 'X-Forwarded-For': '192.0.2.1' }))).toThrow(/CF-Connecting-IP/);
  });
});
