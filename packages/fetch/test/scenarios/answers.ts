import { aborted, chunks, type Scenario, streaming } from './scenario.js';

/** Ends when the server has received a request that it does not answer. */
const hanging = (url: string) => fetch(`${url}/hanging`);

/** Ways in which a request can end. */
export const ANSWERS: Readonly<Record<string, Scenario>> = {
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
  'a signal that is aborted already, and what is wrong': (fetch, url) =>
    fetch(url, { method: 'A B', signal: aborted() }),
  'a signal that is aborted already, and the body of a Request': async (fetch, url) => {
    const request = new Request(url, { method: 'POST', body: 'a', signal: aborted() });
    return [await fetch(request).catch(String), await request.text().catch(String)];
  },
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
    void hanging(url).then(() => controller.abort(new Error('why')));
    return fetch(`${url}/hang`, { signal: controller.signal });
  },
  "an abort of a Request's own signal": (fetch, url) => {
    const controller = new AbortController();
    const request = new Request(`${url}/hang`, { signal: controller.signal });
    // The closure keeps the request: fetch itself forgets the signal of a request that is collected.
    void hanging(url).then(() => {
      if (!request.signal.aborted) controller.abort();
    });
    return fetch(request);
  },
  'a time that is up': (fetch, url) => fetch(`${url}/hang`, { signal: AbortSignal.timeout(20) }),
  'an abort while the body streams': async (fetch, url) => {
    const controller = new AbortController();
    const response = await fetch(`${url}/slow-body`, { signal: controller.signal });
    controller.abort(new Error('why'));
    return response.text();
  },
};
