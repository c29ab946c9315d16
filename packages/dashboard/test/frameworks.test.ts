import { channel } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { CircuitBreaker, MockClock, perMinute, RateLimiter } from '@breaking/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Snapshot } from '../src/snapshot.js';
import { FRAMEWORKS, type Mounting, proxyTo, urlOf } from './mounted.js';

const clock = new MockClock();
const api = () => new RateLimiter({ name: 'api', limits: perMinute(1), clock });
const ADA = { who: 'ada' };
const decisions = channel('breaking:rate_limit:decision');

interface Told extends Snapshot {
  readonly title: string;
  readonly token?: string;
}

/** The events of a dashboard, one after another. */
async function eventsOf(url: string) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const answer = await fetch(`${url}/events`, { headers: ADA, signal: leaving.signal });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    answer,
    leave: () => leaving.abort(),
    async next(): Promise<Told> {
      while (!text.includes('\n\n')) text += (await reader.read()).value ?? '';
      const [event = '', ...rest] = text.split('\n\n');
      text = rest.join('\n\n');
      return event.startsWith('data: ') ? JSON.parse(event.slice('data: '.length)) : this.next();
    },
  };
}

describe.each(Object.entries(FRAMEWORKS))('on %s', (_name, mount) => {
  const open = async (mounting: Partial<Mounting> = {}): Promise<[url: string, server: Server]> => {
    const server = await mount({ watch: [], authorize: who => who === 'ada', ...mounting });
    return [`${urlOf(server)}/ops`, server];
  };

  test('everything is behind authorize, and a refusal reveals nothing else', async () => {
    const [url] = await open({ actions: true });
    const paths = ['', '/', '/page.js', '/events', '/nothing'];
    const answers = await Promise.all(paths.map(path => fetch(url + path, { redirect: 'manual' })));
    answers.push(await fetch(`${url}/actions`, { method: 'POST' }));

    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(await answer.text()).toBe('Forbidden\n');
    }
  });

  test.each([
    ['throws', () => Promise.reject(new Error('the database is gone'))],
    ['answers later with something true', async () => 'ada'],
  ])('an authorize that %s admits nobody', async (_what, authorize) => {
    const [url] = await open({ authorize });
    const answer = await fetch(`${url}/`, { headers: ADA });

    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain('database');
  });

  test('the page and its files are sent under a policy that allows nothing else', async () => {
    const [url] = await open();
    const page = await fetch(`${url}/`, { headers: ADA });
    const script = await fetch(`${url}/page.js?v=1`, { headers: ADA });

    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect([script.status, (await script.text()).includes('new EventSource(')]).toEqual([200, true]);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect((await fetch(`${url}/nothing`, { headers: ADA })).status).toBe(404);
  });

  test('other routes work as before', async () => {
    const [url] = await open();

    expect(await (await fetch(new URL('/', url))).text()).toBe('home');
    expect((await fetch(new URL('/opsimath', url), { headers: ADA })).status).toBe(404);
  });

  test('a URL without the final slash redirects, so that relative URLs work', async () => {
    const [url, server] = await open();
    const direct = await fetch(url, { headers: ADA });
    const proxied = await fetch(`${await proxyTo(server, '/tools')}/ops?a=b/c`, { headers: ADA });

    expect([direct.status, direct.url]).toEqual([200, `${url}/`]);
    expect(proxied.status).toBe(200);
    expect(new URL(proxied.url).pathname).toBe('/tools/ops/');
  });

  test('events show what happens while somebody watches', async () => {
    const limiter = api();
    const [url] = await open({ watch: [limiter], title: 'Shop' });
    limiter.check('before');
    const events = await eventsOf(url);
    expect(events.answer.headers.get('content-type')).toBe('text/event-stream');
    const first = await events.next();
    expect([first.title, first.rateLimits.map(({ name }) => name)]).toEqual(['Shop', ['api']]);
    expect(first.countedForSecs).toBeGreaterThanOrEqual(0);
    for (const key of ['ip:192.0.2.7', 'ip:192.0.2.7', 'ip:192.0.2.7']) limiter.check(key);
    let told = await events.next();
    while (told.rateLimits[0]?.totals === undefined) told = await events.next();

    expect(told.rateLimits[0].totals).toEqual({ allowed: 1, refused: 2, wouldRefuse: 0 });
    expect(told.rateLimits[0].refusedKeys).toMatchObject([{ key: 'ip:192.0.2.*', count: 2 }]);
  });

  test('there is no subscriber for decisions before the first viewer', async () => {
    await open({ watch: [api()] });

    expect(decisions.hasSubscribers).toBe(false);
    expect(channel('breaking:circuit_breaker:transition').hasSubscribers).toBe(true);
  });

  test('with record, decisions are counted from the start', async () => {
    const limiter = api();
    const [url] = await open({ watch: [limiter], record: true, showKeys: true });
    limiter.check('ada');
    limiter.check('ada');
    const told = await (await eventsOf(url)).next();

    expect(told.rateLimits[0]?.refusedKeys).toMatchObject([{ key: 'ada', count: 1 }]);
  });

  test('an action changes what the page shows', async () => {
    const breaker = new CircuitBreaker({ name: 'pay', errorThreshold: 1, timeWindowSecs: 60, clock });
    const limiter = api();
    const [url] = await open({ watch: [breaker, limiter], actions: true, record: true });
    limiter.check('ada@example.com');
    expect(limiter.check('ada@example.com').allowed).toBe(false);
    const { token, rateLimits } = await (await eventsOf(url)).next();
    const act = async (action: object) => {
      const headers = { ...ADA, 'breaking-token': token ?? '', origin: new URL(url).origin };
      const body = JSON.stringify(action);
      const sent = { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } };
      return (await fetch(`${url}/actions`, sent)).status;
    };

    expect(await act({ action: 'tripBreaker', name: 'pay', secs: 30 })).toBe(204);
    expect(breaker.state).toBe('open');
    expect(await act({ action: 'resetBreaker', name: 'pay' })).toBe(204);
    expect(breaker.state).toBe('closed');
    expect(await act({ action: 'resetKey', name: 'api', id: rateLimits[0]?.refusedKeys?.[0]?.id })).toBe(204);
    expect(limiter.check('ada@example.com').allowed).toBe(true);
    expect(await act({ action: 'blockKey', name: 'api', key: 'bob', secs: 60 })).toBe(204);
    expect(limiter.check('bob')).toMatchObject({ blocked: true, retryAfterSecs: 60 });
    expect(await act({ action: 'resetKey', name: 'api', key: 'bob' })).toBe(204);
    expect(limiter.check('bob').allowed).toBe(true);
    expect(await act({ action: 'blockKey', name: 'api', key: 'bob' })).toBe(400);
    expect(await act({ action: 'resetKey', name: 'api', id: 'no such' })).toBe(404);
    expect(await act({ action: 'resetBreaker', name: 'nobody' })).toBe(404);
    expect(await act({ action: 'explode', name: 'pay' })).toBe(400);
  });

  test('an action from another origin, without the token or by GET changes nothing', async () => {
    const breaker = new CircuitBreaker({ name: 'pay', errorThreshold: 1, timeWindowSecs: 60, clock });
    const [url] = await open({ watch: [breaker], actions: true });
    const { token = '' } = await (await eventsOf(url)).next();
    const ours = { ...ADA, origin: new URL(url).origin, 'breaking-token': token };
    const body = JSON.stringify({ action: 'tripBreaker', name: 'pay' });
    const statusOf = async (headers: Record<string, string>, method = 'POST') =>
      (await fetch(`${url}/actions`, { method, headers, ...(method === 'POST' && { body }) })).status;

    expect(await statusOf({ ...ours, origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf({ ...ours, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await statusOf({ ...ADA, origin: ours.origin })).toBe(403);
    expect(await statusOf({ ...ours, 'breaking-token': `${token}x` })).toBe(403);
    expect(await statusOf(ours, 'GET')).toBe(405);
    expect(breaker.state).toBe('closed');
    expect(await statusOf({ ...ours, 'content-type': 'application/json' })).toBe(204);
    expect(breaker.state).toBe('open');
  });

  test('without actions there is no token, and nothing can be changed', async () => {
    const [url] = await open();
    const { token } = await (await eventsOf(url)).next();
    expect(token).toBeUndefined();
    const headers = { ...ADA, origin: new URL(url).origin, 'breaking-token': 'undefined' };

    expect((await fetch(`${url}/actions`, { method: 'POST', headers })).status).toBe(403);
    expect((await fetch(`${url}/actions`, { headers })).status).toBe(405);
    expect((await fetch(`${url}/`, { method: 'POST', headers })).status).toBe(405);
  });

  test('a decision counts once, however many viewers there are', async () => {
    const limiter = api();
    const [url] = await open({ watch: [limiter] });
    const viewers = await Promise.all(Array.from({ length: 10 }, () => eventsOf(url)));
    limiter.check('ada');

    for (const viewer of viewers) {
      let told = await viewer.next();
      while (told.rateLimits[0]?.totals === undefined) told = await viewer.next();
      expect(told.rateLimits[0].totals.allowed).toBe(1);
    }
  });
});
