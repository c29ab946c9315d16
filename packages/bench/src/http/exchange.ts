import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A client's connection without a network: what is written to it is discarded. */
class Connection extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort = 50_000;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }

  override _writev(_chunks: unknown, done: () => void): void {
    done();
  }
}

/** The form of the clients' addresses. A default dual-stack `listen` sees each IPv4 client as a mapped address. */
export type AddressForm = 'IPv4' | 'mapped' | 'IPv6';

function addressOf(i: number, form: AddressForm): string {
  if (form === 'IPv6') return `2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}:5054:ff:fe12:3456`;
  const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  return form === 'IPv4' ? address : `::ffff:${address}`;
}

/** The headers that curl sends, as alternating names and values. */
const HEADERS = ['Host', '127.0.0.1:3000', 'User-Agent', 'curl/8.5.0', 'Accept', '*/*'];

/** Clients that send requests to an application, with the objects of a real server but without a network. */
export class Exchange {
  readonly #listener: RequestListener;
  readonly #connections: readonly Socket[];
  #asked = 0;

  /** @param clients how many clients take turns, each with a different address */
  constructor(listener: RequestListener, clients: number, form: AddressForm = 'IPv4') {
    this.#listener = listener;
    this.#connections = Array.from(
      { length: clients },
      (_, i) => new Connection(addressOf(i, form)) as Duplex as Socket,
    );
  }

  /** Sends requests one after another. @returns how many responses had each status */
  statuses(count: number): Promise<ReadonlyMap<number, number>> {
    const statuses = new Map<number, number>();
    return new Promise(resolve => {
      const answered = (status: number) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (--count > 0) this.#ask(answered);
        else resolve(statuses);
      };
      this.#ask(answered);
    });
  }

  #ask(answered: (status: number) => void): void {
    const connection = this.#connections[this.#asked++ % this.#connections.length] as Socket;
    const req = new IncomingMessage(connection);
    req.method = 'GET';
    req.url = '/';
    req.httpVersion = '1.1';
    req.httpVersionMajor = 1;
    req.httpVersionMinor = 1;
    req.rawHeaders = HEADERS;
    req.complete = true;
    req.push(null);
    const res = new ServerResponse(req);
    res.assignSocket(connection);
    // As Node's own server does.
    res.on('finish', () => {
      req.resume();
      res.detachSocket(connection);
      process.nextTick(() => {
        res.emit('close');
        answered(res.statusCode);
      });
    });
    this.#listener(req, res);
  }
}
