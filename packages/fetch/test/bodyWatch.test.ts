import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { turn } from '@breaking/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BodyWatch } from '../src/bodyWatch.js';

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((req, res) => {
    if (req.url === '/none') res.writeHead(204).end();
    else if (req.url === '/empty') res.writeHead(201, { 'Content-Length': 0 }).end();
    else if (req.url === '/broken') res.write('begun', () => res.destroy());
    else if (req.url === '/open') res.write('begun');
    else res.end('a body');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A response of a real server, and how often its body was said to be over. */
async function watched(path = '/') {
  const response = await fetch(url + path);
  const heard = { ends: 0 };
  new BodyWatch().onEnd(response, () => {
    heard.ends += 1;
  });
  return { response, heard };
}

describe('the body of a response ends', () => {
  test('at once if there is no body', async () => {
    const { heard } = await watched('/none');
    expect(heard.ends).toBe(1);
  });

  test('at once if nothing is in it', async () => {
    const { response, heard } = await watched('/empty');
    expect(heard.ends).toBe(1);
    expect(await response.text()).toBe('');
  });

  test.each(['text', 'arrayBuffer', 'blob', 'bytes'] as const)(
    'when %s() has read it, not before',
    async way => {
      const { response, heard } = await watched();
      if (!(way in response)) return expect(way).toBe('bytes');
      expect(heard.ends).toBe(0);
      await (response as unknown as Record<string, () => Promise<unknown>>)[way]!();
      await turn();
      expect(heard.ends).toBe(1);
    },
  );

  test('when a reader has read to the end', async () => {
    const { response, heard } = await watched();
    const reader = response.body!.getReader();
    while (!(await reader.read()).done) expect(heard.ends).toBe(0);
    await turn();
    expect(heard.ends).toBe(1);
  });

  test('when it was iterated to its end, or the loop ended early', async () => {
    const whole = await watched();
    for await (const _ of whole.response.body!);
    await turn();
    expect(whole.heard.ends).toBe(1);

    const left = await watched('/open');
    for await (const _ of left.response.body!) break;
    await turn();
    expect(left.heard.ends).toBe(1);
  });

  test('when it was cancelled, by a reader too', async () => {
    const direct = await watched('/open');
    await direct.response.body!.cancel();
    await turn();
    expect(direct.heard.ends).toBe(1);

    const { response, heard } = await watched('/open');
    await response.body!.getReader().cancel();
    await turn();
    expect(heard.ends).toBe(1);
  });

  test('when it fails', async () => {
    const { response, heard } = await watched('/broken');
    await expect(response.text()).rejects.toThrow('terminated');
    await turn();
    expect(heard.ends).toBe(1);
  });

  test('when it was piped, also through a transform', async () => {
    const { response, heard } = await watched();
    const text = response.body!.pipeThrough(new TextDecoderStream());
    let read = '';
    for await (const chunk of text) read += chunk;
    await turn();
    expect([read, heard.ends]).toEqual(['a body', 1]);
  });

  test('when a clone or the original has read all of it', async () => {
    for (const isClone of [true, false]) {
      const { response, heard } = await watched();
      const [first, second] = isClone ? [response.clone(), response] : [response, response.clone()];
      expect(heard.ends).toBe(0);
      expect(await first.text()).toBe('a body');
      await turn();
      expect(heard.ends).toBe(1);
      expect(await second.text()).toBe('a body');
    }
  });

  test('when a clone and the original were both cancelled, not one of them', async () => {
    const { response, heard } = await watched('/open');
    const cancelled = response.clone().body!.cancel();
    await turn();
    expect(heard.ends).toBe(0);
    await Promise.all([cancelled, response.body!.cancel()]);
    await turn();
    expect(heard.ends).toBe(1);
  });

  test('when it was read by bytes, or after it was handed to another thread', async () => {
    const bytes = await watched();
    const reader = bytes.response.body!.getReader({ mode: 'byob' });
    while (!(await reader.read(new Uint8Array(4))).done);
    await turn();
    expect(bytes.heard.ends).toBe(1);

    const { response, heard } = await watched();
    const { body } = response;
    expect(await new Response(structuredClone(body!, { transfer: [body!] })).text()).toBe('a body');
    await turn();
    expect(heard.ends).toBe(1);
  });

  test('not when a reader gives up its lock', async () => {
    const { response, heard } = await watched();
    const reader = response.body!.getReader();
    await reader.read();
    reader.releaseLock();
    await turn();
    expect(heard.ends).toBe(0);
    await response.body!.cancel();
    await turn();
    expect(heard.ends).toBe(1);
  });
});

test('the body of a watched response is as fetch made it', async () => {
  const { response } = await watched();
  const { body } = response;
  expect(Reflect.ownKeys(body!)).toEqual(Reflect.ownKeys((await fetch(url)).body!));
  const taken = new TextDecoderStream();
  taken.writable.getWriter();

  expect(() => body!.pipeThrough({} as TextDecoderStream)).toThrow(TypeError);
  expect(() => body!.pipeThrough(taken)).toThrow(TypeError);
  body!.getReader();
  expect(() => body!.pipeThrough(new TextDecoderStream())).toThrow(TypeError);
});
