import { MockClock } from '@breaking/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { close, createServers, listen } from '../servers.js';

describe.each(['Express', 'Koa', 'Fastify'])('the example on %s', name => {
  async function serve(clock = new MockClock()): Promise<string> {
    const server = (await createServers({ clock })).find(each => each.name === name)!.server;
    onTestFinished(() => close(server));
    return listen(server);
  }

  test('answers with the limits and the tokens left', async () => {
    const answer = await fetch(`${await serve()}/`);

    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ hello: `from ${name}` });
    expect(answer.headers.get('RateLimit-Policy')).toBe('"burst";q=5;w=5, "hourly";q=100;w=3600');
    expect(answer.headers.get('RateLimit')).toBe('"burst";r=4;t=4, "hourly";r=99;t=3564');
  });

  test('refuses the sixth request at once, and allows it after the wait in Retry-After', async () => {
    const clock = new MockClock();
    const url = await serve(clock);
    for (let i = 0; i < 5; i++) expect((await fetch(url)).status).toBe(200);

    const refusal = await fetch(url);
    expect(refusal.status).toBe(429);
    expect(await refusal.json()).toMatchObject({ status: 429, 'violated-policies': ['burst'] });

    clock.advanceBy(Number(refusal.headers.get('Retry-After')));
    expect((await fetch(url)).status).toBe(200);
  });

  test('has a separate limit on reports, in addition to the others', async () => {
    const url = `${await serve()}/report`;
    for (let i = 0; i < 2; i++) {
      const answer = await fetch(url);
      expect(await answer.json()).toEqual({ report: 'ready' });
    }

    const refusal = await fetch(url);
    expect(refusal.status).toBe(429);
    expect(refusal.headers.get('Retry-After')).toBe('30');
    expect(refusal.headers.get('RateLimit')).toBe('"burst";r=2;t=2, "hourly";r=97;t=3492, "report";r=0;t=30');
    expect(await refusal.json()).toMatchObject({ 'violated-policies': ['report'] });
  });

  test('answers 404 to unknown paths, and counts those requests too', async () => {
    const answer = await fetch(`${await serve()}/nothing`);

    expect(answer.status).toBe(404);
    expect(answer.headers.get('RateLimit')).toBe('"burst";r=4;t=4, "hourly";r=99;t=3564');
  });

  test('stops calling an upstream that failed three times, and calls it again after the wait in Retry-After', async () => {
    const clock = new MockClock();
    const url = `${await serve(clock)}/flaky`;
    for (let i = 0; i < 3; i++) {
      const answer = await fetch(url);
      expect([answer.status, await answer.json()]).toEqual([500, { error: 'broken' }]);
    }

    const refusal = await fetch(url);
    expect(refusal.status).toBe(503);
    expect(await refusal.json()).toEqual({ type: 'about:blank', title: 'Service Unavailable', status: 503 });
    expect(refusal.headers.get('Retry-After')).toBe('20');

    clock.advanceBy(20);
    expect((await fetch(url)).status).toBe(500);
  });
});
