import { perSecond } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { type Fetch, type ProtectOptions, protect } from '../src/index.js';
import { echoServer } from './echoServer.js';

/** Everything is on, and nothing is ever exceeded. */
const PROTECTED: ProtectOptions = {
  limits: perSecond(1e6),
  maxWaitSecs: 60,
  maxInFlight: 1000,
  timeoutSecs: 60,
  bodyTimeoutSecs: 60,
  breaker: { errorThreshold: 1e6, timeWindowSecs: 1 },
  retry: { attempts: 2, backoffSecs: 0.001 },
};

type Scenario = (fetch: Fetch, url: string) => unknown;

const aborted = (reason?: unknown) => {
  const controller = new AbortController();
  controller.abort(reason);
  return controller.signal;
};

const chunks = (...texts: string[]) => new Blob(texts).stream();

const streaming = (body: ReadableStream): RequestInit =>
  ({ method: 'POST', body, duplex: 'half' }) as RequestInit;

/** Each answers with what it saw; an error is what it saw as well. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a URL as text': async (fetch, url) => (await fetch(`${url}/echo?a=%20b#c`)).text(),
  'a URL object': async (fetch, url) => (await fetch(new URL('/echo', url))).text(),
  'an object that prints a URL': async (fetch, url) =>
    (await fetch({ toString: () => `${url}/echo` } as string)).text(),
  'a URL with spaces and capitals': async (fetch, url) =>
    (await fetch(` ${url.replace('http', 'HTTP')}/Echo \n`)).text(),
  'a Request': async (fetch, url) =>
    (await fetch(new Request(`${url}/echo`, { method: 'PUT', body: 'a', headers: { 'X-Own': '1' } }))).text(),
  'a Request with an init': async (fetch, url) => {
    const request = new Request(`${url}/echo`, { method: 'PUT', body: 'a', headers: { 'X-Own': '1' } });
    return (await fetch(request, { method: 'POST', body: 'b' })).text();
  },
  'a Request as the init': async (fetch, url) => {
    const request = new Request('http://elsewhere.test/', { method: 'PUT', headers: { 'X-Own': '1' } });
    return (await fetch(`${url}/echo`, request)).text();
  },
  'an init that inherits': async (fetch, url) =>
    (await fetch(`${url}/echo`, Object.create({ method: 'DELETE' }))).text(),
  'a Request twice': async (fetch, url) => {
    const request = new Request(`${url}/echo`, { method: 'POST', body: 'a' });
    await fetch(request);
    return [request.bodyUsed, await fetch(request)];
  },
  'a form': async (fetch, url) => {
    const body = new FormData();
    body.set('file', new Blob(['text']), 'name.txt');
    return JSON.parse(await (await fetch(`${url}/echo`, { method: 'POST', body })).text()).type;
  },
  URLSearchParams: async (fetch, url) =>
    (await fetch(`${url}/echo`, { method: 'POST', body: new URLSearchParams('a=1') })).text(),
  bytes: async (fetch, url) =>
    (await fetch(`${url}/echo`, { method: 'POST', body: new Uint8Array([97, 98]) })).text(),
  'a stream': async (fetch, url) => (await fetch(`${url}/echo`, streaming(chunks('a', 'b')))).text(),
  'a stream without duplex': (fetch, url) => fetch(`${url}/echo`, { method: 'POST', body: chunks('a') }),
  'a stream that breaks': (fetch, url) => {
    const body = new ReadableStream({ pull: controller => controller.error(new Error('broken')) });
    return fetch(`${url}/echo`, streaming(body));
  },
  'an answer that begins before the request ends': async (fetch, url) => {
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: controller => {
        send = controller;
      },
    });
    const call = fetch(`${url}/early`, streaming(body));
    send?.enqueue(Buffer.from('one '));
    const response = await call;
    send?.enqueue(Buffer.from('two'));
    send?.close();
    return response.text();
  },
  keepalive: async (fetch, url) =>
    (await fetch(`${url}/echo`, { method: 'POST', body: 'a', keepalive: true })).text(),
  'a GET with a body': (fetch, url) => fetch(url, { body: 'a' }),
  'a wrong method': (fetch, url) => fetch(url, { method: 'A B' }),
  'a wrong header': (fetch, url) => fetch(url, { headers: { 'a b': 'c' } }),
  'a wrong signal': (fetch, url) => fetch(url, { signal: {} as AbortSignal }),
  'no signal': async (fetch, url) => (await fetch(`${url}/echo`, { signal: null })).status,
  'credentials in the URL': (fetch, url) => fetch(url.replace('//', '//user:secret@')),
  'no URL': fetch => fetch('nowhere'),
  nothing: fetch => (fetch as unknown as () => Promise<Response>)(),
  'a data: URL': async fetch => (await fetch('data:text/plain,hello')).text(),
  'a file: URL': fetch => fetch('file:///etc/hostname'),
  'redirects of each status': async (fetch, url) => {
    const responses = [301, 302, 303, 307, 308].map(status =>
      fetch(`${url}/redirect?status=${status}`, { method: 'POST', body: 'a' }),
    );
    return Promise.all(
      responses.map(async call => [(await call).redirected, (await call).url, await (await call).text()]),
    );
  },
  'redirect: manual': async (fetch, url) => {
    const { status, type, headers, redirected } = await fetch(`${url}/redirect?status=302`, {
      redirect: 'manual',
    });
    return [status, type, headers.get('location'), redirected];
  },
  'redirect: error': (fetch, url) => fetch(`${url}/redirect?status=302`, { redirect: 'error' }),
  'a redirect with a stream': (fetch, url) => fetch(`${url}/redirect?status=307`, streaming(chunks('a'))),
  'redirects in a circle': (fetch, url) => fetch(`${url}/loop`),
  'an empty body': async (fetch, url) => {
    const response = await fetch(`${url}/empty`);
    return [response.status, response.body, await response.text()];
  },
  HEAD: async (fetch, url) => [(await fetch(`${url}/status?status=200`, { method: 'HEAD' })).body],
  statuses: async (fetch, url) => {
    const responses = [200, 404, 418, 429, 500, 503].map(status => fetch(`${url}/status?status=${status}`));
    return Promise.all(
      responses.map(async each => [(await each).ok, (await each).statusText, await (await each).text()]),
    );
  },
  cookies: async (fetch, url) => (await fetch(`${url}/status?status=200`)).headers.getSetCookie(),
  'a body read in each way': async (fetch, url) => {
    const [text, json, bytes, blob] = await Promise.all([1, 2, 3, 4].map(() => fetch(`${url}/echo`)));
    return [
      await text?.text(),
      await json?.json(),
      Buffer.from(await bytes!.arrayBuffer()).toString(),
      await (await blob!.blob()).text(),
    ];
  },
  'a body read in pieces': async (fetch, url) => {
    let text = '';
    for await (const chunk of (await fetch(`${url}/echo`)).body ?? []) text += Buffer.from(chunk);
    return text;
  },
  'a clone': async (fetch, url) => {
    const response = await fetch(`${url}/echo`);
    return [await response.clone().text(), await response.text(), response.bodyUsed];
  },
  'a body read twice': async (fetch, url) => {
    const response = await fetch(`${url}/echo`);
    await response.text();
    return response.text();
  },
  'a body that is cancelled': async (fetch, url) => {
    const response = await fetch(`${url}/slow-body`);
    await response.body?.cancel('enough');
    return response.text();
  },
  'a body that breaks': async (fetch, url) => (await fetch(`${url}/reset`)).text(),
  'a server that is not there': fetch => fetch('http://127.0.0.1:9/'),
  'a signal that is aborted already': (fetch, url) => fetch(url, { signal: aborted() }),
  'a signal that is aborted already, with a reason': (fetch, url) =>
    fetch(url, { signal: aborted(new Error('why')) }),
  'a signal that is aborted already, and a stream': async (fetch, url) => {
    let cancelled: unknown;
    const body = new ReadableStream({
      cancel: reason => {
        cancelled = reason;
      },
    });
    const error = await fetch(url, { ...streaming(body), signal: aborted(new Error('why')) }).catch(
      reason => reason,
    );
    return [String(error), String(cancelled)];
  },
  'an abort while there is no answer': (fetch, url) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('why')), 20);
    return fetch(`${url}/hang`, { signal: controller.signal });
  },
  "an abort of a Request's own signal": (fetch, url) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    return fetch(new Request(`${url}/hang`, { signal: controller.signal }));
  },
  'a time that is up': (fetch, url) => fetch(`${url}/hang`, { signal: AbortSignal.timeout(20) }),
  'an abort while the body streams': async (fetch, url) => {
    const controller = new AbortController();
    const response = await fetch(`${url}/slow-body`, { signal: controller.signal });
    controller.abort(new Error('why'));
    return response.text();
  },
};

/** What is told of a run: its result, or the error, with what is different in each run left out. */
async function toldBy(scenario: Scenario, fetch: Fetch): Promise<unknown> {
  const url = await echoServer();
  const { host } = new URL(url);
  try {
    return JSON.parse(JSON.stringify((await scenario(fetch, url)) ?? null).replaceAll(host, 'HOST'));
  } catch (error) {
    const { name, message, cause } = error as Error;
    const why = cause as { readonly code?: string; readonly message?: string } | undefined;
    return { name, message: message.replaceAll(host, 'HOST'), cause: why?.code ?? why?.message };
  }
}

describe('a protected fetch behaves like fetch for', () => {
  test.each(Object.entries(SCENARIOS))('%s', async (_, scenario) => {
    const bare = await toldBy(scenario, fetch);

    expect(await toldBy(scenario, protect(fetch, PROTECTED))).toEqual(bare);
    expect(
      await toldBy(
        scenario,
        protect(fetch, {
          ...PROTECTED,
          timeoutSecs: undefined,
          bodyTimeoutSecs: undefined,
          maxInFlight: undefined,
        }),
      ),
    ).toEqual(bare);
  });

  test('the caller in the stack of an error', async () => {
    const caller = async (fetches: Fetch) => await fetches('http://127.0.0.1:9/');
    const isNamed = async (fetches: Fetch) => {
      const { stack } = await caller(fetches).catch(error => error);
      return stack.includes('likeFetch.test');
    };

    // Some versions of Node tell nobody.
    expect(await isNamed(protect(fetch, PROTECTED))).toBe(await isNamed(fetch));
  });

  test('its own name', () => {
    const { name, length } = protect(fetch, PROTECTED);
    expect([name, length]).toEqual([fetch.name, fetch.length]);
  });
});
