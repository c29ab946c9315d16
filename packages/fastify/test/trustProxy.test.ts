import breaking, { perMinute } from '@breaking/fastify';
import { turn, warned } from '@breaking/testkit';
import Fastify, { type FastifyServerOptions } from 'fastify';
import { describe, expect, test } from 'vitest';

describe('the trustProxy setting', () => {
  test.each<{ trustProxy: FastifyServerOptions['trustProxy']; believesAnyone: boolean }>([
    { trustProxy: undefined, believesAnyone: false },
    { trustProxy: false, believesAnyone: false },
    { trustProxy: true, believesAnyone: true },
    { trustProxy: 'loopback', believesAnyone: false },
    { trustProxy: '10.0.0.0/8, fd00::/8', believesAnyone: false },
    { trustProxy: ['loopback', '0.0.0.0/1', '128.0.0.0/1'], believesAnyone: true },
    { trustProxy: ['::/1', '8000::/1'], believesAnyone: true },
    { trustProxy: () => true, believesAnyone: true },
    { trustProxy: (_address, hop) => hop < 2, believesAnyone: false },
    { trustProxy: 1 as never, believesAnyone: false },
    { trustProxy: 50 as never, believesAnyone: false },
  ])('$trustProxy is warned of: $believesAnyone', async ({ trustProxy, believesAnyone }) => {
    const warnings = warned();
    const app = Fastify(trustProxy === undefined ? {} : { trustProxy });
    await app.register(breaking, { rateLimit: perMinute(9) });
    app.get('/', async request => request.ip);
    const { statusCode } = await app.inject({ url: '/', headers: { 'X-Forwarded-For': '203.0.113.7' } });
    await turn();
    expect(statusCode).toBe(200);
    const expected = [
      ...(believesAnyone ? ['BREAKING_TRUSTS_ANY_CLIENT'] : []),
      ...(trustProxy ? [] : ['BREAKING_PROXY_NOT_TRUSTED']),
    ];
    expect(warnings.map(({ code }) => code)).toEqual(expected);
  });

  // What the README says about one proxy in front.
  test.each([
    { trustProxy: '127.0.0.1', ip: '203.0.113.7' },
    { trustProxy: 'loopback', ip: '203.0.113.7' },
    { trustProxy: 1 as never, ip: '127.0.0.1' },
  ])('$trustProxy makes the client $ip', async ({ trustProxy, ip }) => {
    const app = Fastify({ trustProxy });
    app.get('/', async request => request.ip);
    const { body } = await app.inject({ url: '/', headers: { 'X-Forwarded-For': '203.0.113.7' } });
    expect(body).toBe(ip);
  });
});
