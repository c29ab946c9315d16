import { chunks, type Scenario, streaming } from './scenario.js';

/** Possible arguments of fetch, valid and invalid. */
export const REQUESTS: Readonly<Record<string, Scenario>> = {
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
  'a Request whose body is read meanwhile': async (fetch, url) => {
    const request = new Request(`${url}/echo`, { method: 'POST', body: 'a' });
    const call = fetch(request);
    return [request.bodyUsed, await request.text().catch(String), await (await call).text()];
  },
  'a Request with an init without a body': async (fetch, url) => {
    const request = new Request(`${url}/status?status=503`, { method: 'PUT', body: 'a' });
    return (await fetch(request, { body: null })).status;
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
  'a wrong init': (fetch, url) => fetch(url, 5 as RequestInit),
  'a getter that throws': fetch => {
    const init = Object.defineProperty({}, 'signal', {
      enumerable: true,
      get: () => {
        throw new Error('mine');
      },
    });
    return [fetch('http://127.0.0.1:9/', init).catch(String)];
  },
  null: fetch => [fetch(null as unknown as string).catch(String)],
  nothing: fetch => (fetch as unknown as () => Promise<Response>)(),
  'a data: URL': async fetch => (await fetch('data:text/plain,hello')).text(),
  'a file: URL': fetch => fetch('file:///etc/hostname'),
};
