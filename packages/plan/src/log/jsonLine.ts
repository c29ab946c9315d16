import { type LogLine, OTHER } from './line.js';
import { secondsOf } from './moment.js';

type Path = readonly string[];
const paths = (...texts: string[]): readonly Path[] => texts.map(text => text.split('.'));

/**
 * The fields of the time: of Caddy, pino-http and Fastify, Traefik, then the names of nginx's variables and of other loggers.
 */
const TIME = paths('StartUTC', 'ts', 'time', 'timestamp', '@timestamp', 'time_iso8601', 'msec', 'time_local');
const ADDRESS = paths(
  ...['request.client_ip', 'request.remote_ip', 'req.remoteAddress', 'ClientHost'],
  ...['client_ip', 'remote_addr', 'remote_ip', 'remoteAddress', 'clientIp', 'ip'],
);
const USER = paths('user_id', 'req.user.id', 'ClientUsername', 'user.id', 'remote_user', 'user');
const METHOD = paths('request.method', 'req.method', 'RequestMethod', 'request_method', 'method');
const PATH = paths('request.uri', 'req.url', 'RequestPath', 'request_uri', 'uri', 'url', 'path');
const BYTES = paths(
  ...['size', 'res.headers.content-length', 'DownstreamContentSize'],
  ...['body_bytes_sent', 'bytes_sent', 'bytes'],
);
const HEADERS = paths('request.headers', 'req.headers', 'headers');

/** A JSON line of pino-http, Fastify, Caddy, Traefik, or any logger with the usual field names. */
export class JsonLine implements LogLine {
  readonly at: number;
  readonly #object: object;

  private constructor(object: object, at: number) {
    this.#object = object;
    this.at = at;
  }

  static parse(line: string): JsonLine | typeof OTHER | undefined {
    let object: unknown;
    try {
      object = JSON.parse(line);
    } catch {
      return undefined;
    }
    if (typeof object !== 'object' || object === null) return undefined;
    const at = secondsOf(first(object, TIME));
    const parsed = new JsonLine(object, at);
    return Number.isFinite(at) && parsed.#isRequest() ? parsed : OTHER;
  }

  get address(): string | undefined {
    return textOf(first(this.#object, ADDRESS));
  }

  get user(): string | undefined {
    return textOf(first(this.#object, USER));
  }

  get method(): string | undefined {
    return textOf(first(this.#object, METHOD));
  }

  get path(): string | undefined {
    return textOf(first(this.#object, PATH));
  }

  get bytes(): number | undefined {
    const bytes = Number(first(this.#object, BYTES) ?? Number.NaN);
    return Number.isNaN(bytes) ? undefined : bytes;
  }

  header(name: string): string | undefined {
    const headers = first(this.#object, HEADERS) as object | undefined;
    // Traefik has a separate field for each header.
    return textOf(caseless(headers, name)) ?? textOf(caseless(this.#object, `request_${name}`));
  }

  field(path: string): string | number | undefined {
    const value = at(this.#object, path.split('.'));
    return typeof value === 'number' ? value : textOf(value);
  }

  /**
   * An application's messages in pino have `req` too, but no response. Fastify logs `req` when the request arrives, and the
   * response without it.
   */
  #isRequest(): boolean {
    const { req, res, err, msg } = this.#object as Partial<Record<string, unknown>>;
    if (req !== undefined) return res !== undefined || err !== undefined || msg === 'incoming request';
    return this.method !== undefined || this.path !== undefined || this.address !== undefined;
  }
}

function at(object: object, path: Path): unknown {
  let value: unknown = object;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function first(object: object, all: readonly Path[]): unknown {
  for (const path of all) {
    const value = at(object, path);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

function caseless(object: object | undefined, name: string): unknown {
  if (typeof object !== 'object') return undefined;
  const wanted = name.toLowerCase();
  return Object.entries(object).find(([each]) => each.toLowerCase() === wanted)?.[1];
}

/** Caddy has lists of values. */
function textOf(value: unknown): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'number') return String(one);
  return typeof one !== 'string' || one === '' || one === '-' ? undefined : one;
}
