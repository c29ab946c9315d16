import { turn } from '@breaking/testkit';
import { Agent, request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Fetch, type ProtectOptions, protect } from '../src/index.js';
import { protect as interceptor } from '../src/undici.js';
import { scriptedServer } from './scriptedServer.js';

const OPTIONS: ProtectOptions = {
  breaker: { errorThreshold: 1, timeWindowSecs: 3600 },
  retry: { attempts: 3, backoffSecs: 0.001 },
};

const upload = (body: ReadableStream): RequestInit =>
  ({ method: 'PUT', body, duplex: 'half' }) as RequestInit;

const failing = () => new ReadableStream({ pull: controller => controller.error(new Error('mine')) });

const FAULTS: Readonly<Record<string, (fetch: Fetch, url: string) => Promise<unknown>>> = {
  'a header with a line break': (fetch, url) => fetch(url, { headers: { 'X-User': 'a\nb' } }),
  'a header of the connection': (fetch, url) => fetch(url, { headers: { 'Transfer-Encoding': 'chunked' } }),
  'credentials in the URL': (fetch, url) => fetch(url.replace('//', '//user:secret@')),
  'a method that fetch refuses': (fetch, url) => fetch(url, { method: 'TRACE' }),
  'a GET with a body': (fetch, url) => fetch(url, { body: 'a' }),
  'a stream without duplex': (fetch, url) => fetch(url, { ...upload(failing()), duplex: undefined as never }),
  'a stream that is read': (fetch, url) => {
    const body = new Blob(['a']).stream();
    body.getReader();
    return fetch(url, upload(body));
  },
  'a stream that fails': (fetch, url) => fetch(url, upload(failing())),
  'a Request whose stream fails': (fetch, url) => fetch(new Request(url, upload(failing()))),
};

describe("the caller's fault is no failure of the upstream and is not repeated:", () => {
  test.each(Object.entries(FAULTS))('%s', async (_, call) => {
    const { url } = await scriptedServer([[200]]);
    let attempts = 0;
    const counted: Fetch = (...args) => {
      attempts += 1;
      return fetch(...args);
    };
    for (const options of [OPTIONS, { ...OPTIONS, timeoutSecs: 60 }]) {
      attempts = 0;
      const fetches = protect(counted, options);
      await expect(call(fetches, url)).rejects.toThrow(TypeError);
      expect([attempts, fetches.breakers?.get(url).state]).toEqual([1, 'closed']);
    }
  });

  test('what undici does not send', async () => {
    const { url } = await scriptedServer([[200]]);
    const through = interceptor(OPTIONS as Parameters<typeof interceptor>[0]);
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    const dispatcher = agent.compose(through);
    const headers = { 'X-User': 'a\nb' };

    await expect(request(url, { dispatcher, headers })).rejects.toMatchObject({
      code: 'UND_ERR_INVALID_ARG',
    });
    expect(through.breakers?.get(url).state).toBe('closed');
  });
});

test('a connection that breaks while a stream is sent is a failure', async () => {
  const { url } = await scriptedServer([req => void req.once('data', () => req.socket.resetAndDestroy())]);
  const fetches = protect(fetch, OPTIONS);
  // Fetch itself pulls on after the failure, so the test ends the stream.
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  const endless = new ReadableStream({
    pull: async controller => {
      await turn();
      if (isOver) controller.close();
      else controller.enqueue(Buffer.alloc(1000));
    },
  });

  await expect(fetches(url, upload(endless))).rejects.toThrow('fetch failed');
  expect(fetches.breakers?.get(url).state).toBe('open');
});
