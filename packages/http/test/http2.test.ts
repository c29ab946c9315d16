import { once } from 'node:events';
import {
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { nodeExchange } from '../src/node/nodeExchange.js';
import type { Ending } from '../src/request/outcome.js';

/** The outcome of a request over HTTP/2 whose response breaks off after its first part. */
async function outcomeWhen(
  breakOff: (response: Http2ServerResponse, client: ClientHttp2Stream) => void,
): Promise<Ending> {
  const server = createServer();
  await once(server.listen(0), 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  const client = session.on('error', () => {}).request({ ':path': '/' });
  client.on('error', () => {}).resume();
  const [request, response] = (await once(server, 'request')) as [Http2ServerRequest, Http2ServerResponse];
  response.stream.on('error', () => {});
  const outcome = new Promise<Ending>(resolve => nodeExchange(request, response).watch({ ended: resolve }));
  const answered = once(client, 'response');
  response.write('the first part');
  await answered;
  await setImmediate();
  breakOff(response, client);
  return outcome;
}

const broken = new Error('broken');

test('a response over HTTP/2 that the server destroys with an error is a failure with that error', async () => {
  expect(await outcomeWhen(response => response.destroy(broken))).toEqual({ aborted: false, error: broken });
  const byStream = await outcomeWhen(({ stream }) => stream.destroy(broken));
  expect(byStream).toEqual({ aborted: false, error: broken });
});

test('a response over HTTP/2 that the server destroys without an error is aborted', async () => {
  expect(await outcomeWhen(({ stream }) => stream.destroy())).toEqual({ aborted: true });
});

test.each([
  'NGHTTP2_CANCEL',
  'NGHTTP2_NO_ERROR',
  'NGHTTP2_INTERNAL_ERROR',
  'NGHTTP2_REFUSED_STREAM',
] as const)('a client that resets its stream with %s has aborted, and broken nothing', async code => {
  expect(await outcomeWhen((_, client) => client.close(constants[code]))).toEqual({ aborted: true });
});

test('a request whose session has closed is aborted', async () => {
  expect(await outcomeWhen((_, client) => client.session?.destroy())).toEqual({ aborted: true });
  const byError = await outcomeWhen((_, client) =>
    client.session?.destroy(undefined, constants.NGHTTP2_PROTOCOL_ERROR),
  );
  expect(byError).toEqual({ aborted: true });
});
