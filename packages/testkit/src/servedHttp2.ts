import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Answer } from './served.js';

/** An HTTP/2 server with one client. Both are closed when the test ends. */
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

  /** Sends a request without waiting for its response. */
  open(): ClientHttp2Stream {
    return this.#client.request({ ':path': '/' });
  }

  /** A request that the server has received and that a client will abort. */
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

  /** The client leaves with all its requests. */
  async abandon(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#client.once('close', () => resolve()));
    this.#client.on('error', () => {}).destroy();
    await closed;
  }
}

/** Listens on a free port until the test ends, with a connected client. */
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
