import { isIPv4, isIPv6 } from 'node:net';
import { addressKey } from '@breaking/core';
import type { LogLine } from './line.js';

/** What identifies the client of a line: its address, or another text, with the address as a fallback. */
export type KeyKind =
  | { readonly of: 'ip' }
  | { readonly of: 'user' }
  | { readonly of: 'header'; readonly name: string }
  | { readonly of: 'field'; readonly path: string };

/** The cost of a request: 1, the bytes of its response, or a field. */
export type CostKind = 'one' | 'bytes' | { readonly field: string };

/** Which requests of a log count, for which client, and at what cost. */
export interface Selection {
  readonly key: KeyKind;
  readonly cost: CostKind;
  /** Whether a method and a path (without its query) are selected; undefined selects all. */
  readonly isWanted: ((method: string, path: string) => boolean) | undefined;
  /** Unix time in seconds: from `since` until before `until`. */
  readonly since: number;
  readonly until: number;
}

/** The default of the gates. */
const IPV6_PREFIX_BITS = 56;
/** Used in logs, and here, if there is no address. */
const NO_ADDRESS = '-';

/** Finds the key of a line: the selected text, else its address. */
export class LineKeys {
  readonly #kind: KeyKind;
  #withoutKey = 0;
  #withoutAddress = 0;

  constructor(kind: KeyKind) {
    this.#kind = kind;
  }

  /** Lines without the selected text, which count under their address. */
  get withoutKey(): number {
    return this.#withoutKey;
  }

  /** Lines without an address either: they all count as one client. */
  get withoutAddress(): number {
    return this.#withoutAddress;
  }

  keyOf(line: LogLine): string {
    if (this.#kind.of === 'ip') return this.#addressOf(line);
    const text = this.#textOf(line);
    // Behind a proxy, the client's address is in a header.
    if (text !== undefined && isIPv6(text)) return keyOfAddress(text);
    // Texts and addresses never give the same key, as in the gates.
    if (text !== undefined) return /^(?:ip|key):/.test(text) ? `key:${text}` : text;
    this.#withoutKey += 1;
    return `ip:${this.#addressOf(line)}`;
  }

  #addressOf({ address }: LogLine): string {
    if (address !== undefined && address !== NO_ADDRESS) return keyOfAddress(address);
    this.#withoutAddress += 1;
    return NO_ADDRESS;
  }

  #textOf(line: LogLine): string | undefined {
    const kind = this.#kind;
    if (kind.of === 'user') return line.user;
    if (kind.of === 'header') return line.header(kind.name);
    return kind.of === 'field' ? line.field(kind.path)?.toString() : undefined;
  }
}

/** The key of an address, as in the gates; anything else, such as a host name, unchanged. */
function keyOfAddress(address: string): string {
  // Most are IPv4, and need nothing more.
  return isIPv4(address) ? address : (addressKey(address, IPV6_PREFIX_BITS) ?? address);
}

/** The tokens that a line costs: whole, rounded up; 1 if a field is not a number ≥ 0, 0 if the line has no bytes. */
export function costOf(line: LogLine, kind: CostKind): number {
  if (kind === 'one') return 1;
  if (kind === 'bytes') return wholeTokens(line.bytes) ?? 0;
  return wholeTokens(line.field(kind.field)) ?? 1;
}

function wholeTokens(value: string | number | undefined): number | undefined {
  const tokens = Math.ceil(Number(value ?? Number.NaN));
  return Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined;
}

export function isSelected(line: LogLine, { isWanted, since, until }: Selection): boolean {
  if (!(line.at >= since && line.at < until)) return false;
  return isWanted === undefined || isWanted(line.method ?? '', (line.path ?? '').replace(/[?#].*$/, ''));
}

/**
 * `POST /login`, `/api/**` or `GET`: a method, a path, or both. In a path, `*` matches any text without a slash, `**` any
 * text.
 * @returns undefined for anything else
 */
export function matcher(text: string): ((method: string, path: string) => boolean) | undefined {
  const [, method, glob] = /^([A-Za-z]+)?(?:(?:^|\s+)(\/\S*))?$/.exec(text.trim()) ?? [];
  if (method === undefined && glob === undefined) return undefined;
  const path = glob?.replace(/\*\*|[*.+?^${}()|[\]\\]/g, found =>
    found === '**' ? '.*' : found === '*' ? '[^/]*' : `\\${found}`,
  );
  const pattern = path === undefined ? undefined : new RegExp(`^${path}$`, 's');
  const wanted = method?.toUpperCase();
  return (itsMethod, itsPath) =>
    (wanted === undefined || itsMethod.toUpperCase() === wanted) &&
    (pattern === undefined || pattern.test(itsPath));
}
