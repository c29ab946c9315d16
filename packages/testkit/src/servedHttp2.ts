import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Answer } from './served.js';

/** A server of HTTP/2 with one client, both gone when the test is finished. */
export class ServedHttp2 {
  readonly server: Http2Server;
  readonly #client: ClientHttp2Session;

  constructor(server: Http2Server, client: ClientHttp2Session) {
    this.server = server;
    this.#client = client;
  }

  /** `GET /`, and its answer. */
  async get(): Promise<Answer> {
    const stream = this.open();
    const [headers] = await once(stream, 'response');
    let body = '';
    for await (const chunk of stream.setEncoding('utf8')) body += chunk;
    return { status: headers[':status'], headers, body };
  }

  /** A request that is on its way. */
  open(): ClientHttp2Stream {
    return this.#client.request({ ':path': '/' });
  }

  /** A request that the server has, for a client that will break it off. */
  async received(): Promise<ClientHttp2Stream> {
    const received = once(this.server, 'request');
    const stream = this.open().on('error', () => {});
    await received;
    return stream;
  }

  /** The same server with another client. */
  reconnected(): Promise<ServedHttp2> {
    return connected(this.server);
  }

  /** The client goes away with all its requests. */
  async abandon(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#client.once('close', () => resolve()));
    this.#client.on('error', () => {}).destroy();
    await closed;
  }
}

/** Listens on a port of its own until the test is finished, with a client connected. */
export async function listenHttp2(server: Http2Server): Promise<ServedHttp2> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  return connected(server);
}

async function connected(server: Http2Server): Promise<ServedHttp2> {
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => void client.destroy());
  await once(client, 'connect');
  return new ServedHttp2(server, client);
}
