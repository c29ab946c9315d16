import type { LogLine } from './line.js';
import { secondsOf } from './moment.js';
import { fieldAt, requestOf } from './textFields.js';

/** `https 2026-07-02T22:23:00.186641Z app/name/id 192.0.2.7:2817 …`; a TLS connection that failed has no request. */
const START = /^(?:https?|h2|grpcs|wss?) (\d{4}-\S+) \S+ (\S+) /;
/** Field numbers, from 1, as in "Access log entries" of the documentation of the Application Load Balancer. */
const SENT_BYTES = 12;
const REQUEST = 13;
const USER_AGENT = 14;

/** A line of an AWS Application Load Balancer, with the time at which it sent the response. */
export class AlbLine implements LogLine {
  readonly at: number;
  readonly address: string;
  readonly user = undefined;
  readonly #line: string;

  private constructor(line: string, at: number, address: string) {
    this.#line = line;
    this.at = at;
    this.address = address;
  }

  static parse(line: string): AlbLine | undefined {
    const [, time, client = ''] = START.exec(line) ?? [];
    const at = secondsOf(time);
    return Number.isNaN(at) ? undefined : new AlbLine(line, at, client.replace(/:\d+$/, ''));
  }

  get method(): string | undefined {
    return requestOf(fieldAt(this.#line, REQUEST)).method;
  }

  get path(): string | undefined {
    return requestOf(fieldAt(this.#line, REQUEST)).path;
  }

  get bytes(): number | undefined {
    const bytes = Number(fieldAt(this.#line, SENT_BYTES));
    return Number.isNaN(bytes) ? undefined : bytes;
  }

  header(name: string): string | undefined {
    return name.toLowerCase() === 'user-agent' ? fieldAt(this.#line, USER_AGENT) : undefined;
  }

  field(path: string): string | undefined {
    return fieldAt(this.#line, Number(path));
  }
}
