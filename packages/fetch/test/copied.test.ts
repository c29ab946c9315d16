import { perSecond } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { type Fetch, type ProtectOptions, protect } from '../src/index.js';
import { type Behaviour, scriptedServer } from './scriptedServer.js';

/** What each call sends, in the order of the calls; every request fails once if `isFailing`. */
async function sent(options: ProtectOptions, calls: Calls, isFailing = false): Promise<string[]> {
  const told: string[] = [];
  const tell: Behaviour = async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const boundary = /boundary=(.*)/.exec(req.headers['content-type'] ?? '')?.[1] ?? '-';
    const seen = `${req.method} ${req.url} ${req.headers['x-own']} ${body.replaceAll(boundary, 'B')}`;
    res.writeHead(isFailing && !told.includes(seen) ? 503 : 200).end();
    told.push(seen);
  };
  const { url } = await scriptedServer([tell]);
  await Promise.all(calls(Object.keys(options).length > 0 ? protect(fetch, options) : fetch, url));
  return told.sort();
}

type Calls = (fetch: Fetch, url: string) => Promise<Response>[];

const put = (body: RequestInit['body']): RequestInit => ({ method: 'PUT', body: body as string });

/** Each makes two calls, and changes meanwhile what it calls with. */
const CALLERS: Readonly<Record<string, Calls>> = {
  'a URL': (fetch, base) => {
    const url = new URL(`${base}/items?page=1`);
    const first = fetch(url);
    url.searchParams.set('page', '2');
    return [first, fetch(url)];
  },
  'an init': (fetch, url) => {
    const init = put('first');
    const first = fetch(url, init);
    init.body = 'second';
    return [first, fetch(url, init)];
  },
  'an object of headers': (fetch, url) => {
    const headers: Record<string, string> = { 'X-Own': '1' };
    const first = fetch(url, { headers });
    headers['X-Own'] = '2';
    return [first, fetch(url, { headers })];
  },
  Headers: (fetch, url) => {
    const headers = new Headers({ 'X-Own': '1' });
    const first = fetch(url, { headers });
    headers.set('X-Own', '2');
    return [first, fetch(url, { headers })];
  },
  'an iterator of headers': (fetch, url) => {
    const headers = new Map([['X-Own', '1']]).entries() as unknown as Headers;
    return [fetch(url, { headers }), fetch(url, { headers })];
  },
  'a buffer': (fetch, url) => {
    const body = Buffer.from('1');
    const first = fetch(url, put(body));
    body.fill('2');
    return [first, fetch(url, put(body.buffer.slice(body.byteOffset, body.byteOffset + 1)))];
  },
  'a form': (fetch, url) => {
    const body = new FormData();
    body.set('n', '1');
    body.set('file', new Blob(['a']), 'name.txt');
    const first = fetch(url, put(body));
    body.set('n', '2');
    return [first, fetch(url, put(body))];
  },
  URLSearchParams: (fetch, url) => {
    const body = new URLSearchParams('n=1');
    const first = fetch(url, put(body));
    body.set('n', '2');
    return [first, fetch(url, put(body))];
  },
};

describe('a caller may change or reuse what it has called with:', () => {
  test.each(Object.entries(CALLERS))('%s', async (_, calls) => {
    const bare = await sent({}, calls);
    const twice = bare.flatMap(each => [each, each]);
    const retry = { attempts: 2, backoffSecs: 0.001 };

    expect(new Set(bare).size).toBe(2);
    expect(await sent({ limits: perSecond(1000), timeoutSecs: 60 }, calls)).toEqual(bare);
    expect(await sent({ retry }, calls, true)).toEqual(twice);
  });
});
