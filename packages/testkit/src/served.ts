import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { AdapterUnderTest, Scenario } from './adapterUnderTest.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Where = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** A connection with several requests on it. */
export interface Pipeline {
  /** The server's socket. */
  readonly socket: Socket;
  /** Waits until all responses have arrived. */
  answered(): Promise<void>;
  /** The client closes the connection. */
  abandon(): Promise<void>;
}

/** A server with real sockets. It is closed, with all its connections, when the test ends. */
export class Served {
  readonly server: Server;
  readonly #where: Where;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(server: Server, where: Where) {
    this.server = server;
    this.#where = where;
  }

  /** `GET /` with these header fields. */
  get(headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask({ headers });
  }

  async ask(asked: Asked): Promise<Answer> {
    const sent = this.open(asked);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  /** The statuses of these requests, which are sent one after another: `/path`, or `METHOD /path`. */
  async statuses(...requests: readonly string[]): Promise<readonly number[]> {
    const statuses = [];
    for (const request of requests) {
      const [path = '/', method = 'GET'] = request.split(' ').reverse();
      statuses.push((await this.ask({ path, method })).status);
    }
    return statuses;
  }

  /** Sends a request without waiting for its response. */
  open({ method = 'GET', path = '/', headers = {}, body }: Asked = {}): ClientRequest {
    return request({ ...this.#where, agent: this.#agent, method, path, headers }).end(body);
  }

  /** A request that the server has received and that its client will abort. */
  async abandoned(asked: Asked = {}): Promise<{ abandon(): Promise<void>; res: ServerResponse }> {
    const received = once(this.server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const sent = this.open(asked).on('error', () => {});
    const [, res] = await received;
    return {
      res,
      async abandon() {
        const closed = once(res, 'close');
        sent.destroy();
        await closed;
      },
    };
  }

  /** Sends requests at once on one connection (pipelining), and waits until the server has received them. */
  async pipelined(requests: number): Promise<Pipeline> {
    const sockets: Socket[] = [];
    const received = new Promise<void>(resolve => {
      this.server.on('request', ({ socket }) => {
        if (sockets.push(socket) === requests) resolve();
      });
    });
    const client = this.connection();
    let answers = '';
    client.setEncoding('utf8').on('data', text => {
      answers += text;
    });
    client.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n'.repeat(requests));
    await received;
    const socket = sockets[0] as Socket;
    return {
      socket,
      async answered() {
        while (answers.split('HTTP/1.1 ').length <= requests) await setImmediate();
      },
      async abandon() {
        const closed = once(socket, 'close');
        client.destroy();
        await closed;
      },
    };
  }

  /** A raw connection, for requests that no client library would send. */
  connection(): Socket {
    const socket = connect(this.#where as never);
    onTestFinished(() => void socket.destroy());
    return socket;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
    // What this closes is settled a turn later, and must not affect the next test.
    await setImmediate();
  }
}

/** Mounts a scenario and listens. */
export async function serve(
  adapter: AdapterUnderTest,
  scenario: Scenario,
  at: 'port' | 'unixSocket' = 'port',
): Promise<Served> {
  return listen(await adapter.mount(scenario), at);
}

/** Listens on a free port or on a Unix socket, until the test ends. */
export async function listen(server: Server, at: 'port' | 'unixSocket' = 'port'): Promise<Served> {
  const served = at === 'port' ? await onPort(server) : await onUnixSocket(server);
  onTestFinished(() => served.close());
  return served;
}

async function onPort(server: Server): Promise<Served> {
  const host = '127.0.0.1';
  await once(server.listen(0, host), 'listening');
  return new Served(server, { host, port: (server.address() as AddressInfo).port });
}

async function onUnixSocket(server: Server): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'breaking-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'socket');
  await once(server.listen(socketPath), 'listening');
  return new Served(server, { socketPath });
}
