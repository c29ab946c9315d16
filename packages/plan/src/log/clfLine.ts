import type { LogLine } from './line.js';
import { CLF_LENGTH, clfSeconds } from './moment.js';
import { fieldAt, requestOf } from './textFields.js';

const BRACKET = 0x5d;

/** `"request" status bytes "referer" "user agent"` */
const REST = /"((?:[^"\\]|\\.)*)"(?: \S+ (\d+|-))?(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;

/** Most lines have the same time as the one before. */
let lastText = '';
let lastSeconds = Number.NaN;

/**
 * A line of the common or combined format of Apache and nginx, with any text after it, or of Apache's vhost_combined:
 *
 *     192.0.2.7 - ada [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 512 "https://example.com/" "curl/8.5.0"
 */
export class ClfLine implements LogLine {
  readonly at: number;
  readonly address: string;
  readonly #line: string;
  readonly #user: string;
  readonly #timeEnd: number;
  #rest: RegExpExecArray | null | undefined;

  private constructor(line: string, at: number, address: string, user: string, timeEnd: number) {
    this.at = at;
    this.address = address;
    this.#line = line;
    this.#user = user;
    this.#timeEnd = timeEnd;
  }

  static parse(line: string): ClfLine | undefined {
    const open = line.indexOf(' [');
    const timeEnd = open + 2 + CLF_LENGTH;
    if (open === -1 || line.charCodeAt(timeEnd) !== BRACKET || line.indexOf('"', timeEnd) === -1)
      return undefined;
    const first = line.indexOf(' ');
    const second = line.indexOf(' ', first + 1);
    if (second === -1 || second > open) return undefined;
    const at = secondsAt(line, open + 2);
    if (Number.isNaN(at)) return undefined;
    const user = line.slice(second + 1, open);
    // Apache's vhost_combined begins with the server: `example.com:443 192.0.2.7 - ada`.
    const [address, name] =
      /^\S+:\d+ \S+ \S+ \S/.test(line.slice(0, open)) && user.includes(' ')
        ? [line.slice(first + 1, second), user.slice(user.indexOf(' ') + 1)]
        : [line.slice(0, first), user];
    return new ClfLine(line, at, address, name, timeEnd);
  }

  get user(): string | undefined {
    return textOf(this.#user);
  }

  get method(): string | undefined {
    return requestOf(this.#restOf()?.[1]).method;
  }

  get path(): string | undefined {
    return requestOf(this.#restOf()?.[1]).path;
  }

  get bytes(): number | undefined {
    const bytes = this.#restOf()?.[2];
    return bytes === '-' ? 0 : bytes === undefined ? undefined : Number(bytes);
  }

  header(name: string): string | undefined {
    const index = { referer: 3, 'user-agent': 4 }[name.toLowerCase()];
    return index === undefined ? undefined : textOf(this.#restOf()?.[index]);
  }

  field(path: string): string | undefined {
    return textOf(fieldAt(this.#line, Number(path)));
  }

  #restOf(): RegExpExecArray | null {
    this.#rest ??= REST.exec(this.#line.slice(this.#timeEnd));
    return this.#rest;
  }
}

function secondsAt(line: string, start: number): number {
  if (lastText === '' || !line.startsWith(lastText, start)) {
    lastText = line.slice(start, start + CLF_LENGTH);
    lastSeconds = clfSeconds(lastText);
  }
  return lastSeconds;
}

function textOf(text: string | undefined): string | undefined {
  return text === '-' || text === '' ? undefined : text;
}
