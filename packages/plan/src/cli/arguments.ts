import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BucketPolicy } from '@breaking/core';
import { asCover, type Cover, DEFAULT_COVER } from '../frontier/cover.js';
import { DEFAULT_RATES } from '../frontier/rates.js';
import { secondsOf } from '../log/moment.js';
import { type CostKind, type KeyKind, matcher, type Selection } from '../log/selection.js';
import { policyOf, rateOf } from './policyText.js';

/** The arguments of the command, parsed. */
export interface Request {
  /** Paths; `-` is standard input. */
  readonly files: readonly string[];
  readonly selection: Selection;
  readonly rates: readonly number[];
  readonly covers: readonly Cover[];
  readonly policies: readonly BucketPolicy[];
  readonly json: boolean;
  readonly html: string | undefined;
}

/** The arguments are wrong. */
export class UsageError extends Error {}

const OPTIONS = {
  key: { type: 'string', default: 'ip' },
  cost: { type: 'string' },
  match: { type: 'string', multiple: true },
  since: { type: 'string' },
  until: { type: 'string' },
  cover: { type: 'string' },
  rates: { type: 'string' },
  policy: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  html: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The rates if a cost is in bytes or from a field: from 1 a minute to 100 million a second. */
const COST_RATES = [1 / 60, ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map(power => 10 ** power)];

/**
 * @returns 'help' if help was requested
 * @throws UsageError
 */
export function requestOf(args: readonly string[], isPiped: boolean): Request | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  if (positionals.length === 0 && !isPiped)
    throw new UsageError('name a log file, or - for the standard input');
  const cost = costOf(values.cost);
  return {
    files: positionals.length === 0 ? ['-'] : positionals,
    selection: {
      key: keyOf(values.key),
      cost,
      isWanted: wantedOf(values.match),
      since: momentOf('since', values.since) ?? -Infinity,
      until: momentOf('until', values.until) ?? Infinity,
    },
    rates: ratesOf(values.rates) ?? (cost === 'one' ? DEFAULT_RATES : COST_RATES),
    covers: listOf(values.cover ?? DEFAULT_COVER.join()).map(text =>
      tried('cover', text, () => asCover('it', shareOf(text))),
    ),
    policies: (values.policy ?? []).map(text => tried('policy', text, () => policyOf(text))),
    json: values.json,
    html: pageOf(values.html, positionals),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function tried<T>(option: string, text: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new UsageError(`--${option} ${text}: ${(error as Error).message}`);
  }
}

function keyOf(text: string): KeyKind {
  const [kind = '', rest = ''] = split(text);
  if (text === 'ip' || text === 'user') return { of: text };
  if (kind === 'header' && rest !== '') return { of: 'header', name: rest };
  if (kind === 'field' && rest !== '') return { of: 'field', path: rest };
  throw new UsageError(`--key ${text}: it must be ip, user, header:NAME or field:PATH`);
}

function costOf(text: string | undefined): CostKind {
  if (text === undefined) return 'one';
  if (text === 'bytes') return 'bytes';
  const [kind = '', rest = ''] = split(text);
  if (kind === 'field' && rest !== '') return { field: rest };
  throw new UsageError(`--cost ${text}: it must be bytes or field:PATH`);
}

/** The text before the first colon, and the text after it. */
function split(text: string): [string, string] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

function wantedOf(texts: readonly string[] | undefined): Selection['isWanted'] {
  if (texts === undefined) return undefined;
  const matchers = texts.map(text => {
    const found = matcher(text);
    if (found === undefined)
      throw new UsageError(`--match ${text}: it must look like 'POST /login' or '/api/**'`);
    return found;
  });
  return (method, path) => matchers.some(matches => matches(method, path));
}

function momentOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = secondsOf(text);
  if (Number.isFinite(seconds)) return seconds;
  throw new UsageError(`--${option} ${text}: it must be a time such as 2026-05-17 or 2026-05-17T10:00:00Z`);
}

/** `99%`, `99` or `0.99`. */
function shareOf(text: string): string | number {
  if (text === '' || text.endsWith('%')) return text;
  return Number(text) <= 1 ? Number(text) : `${text}%`;
}

/** @returns the path of the page; a log is never overwritten */
function pageOf(path: string | undefined, logs: readonly string[]): string | undefined {
  if (path === '') throw new UsageError('--html: it must be the name of a file');
  if (path === undefined || logs.every(log => resolve(log) !== resolve(path))) return path;
  throw new UsageError(`--html ${path}: this is the log; name another file`);
}

function ratesOf(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined;
  return listOf(text).map(each => {
    const rate = rateOf(each);
    if (rate > 0 && Number.isFinite(rate)) return rate;
    throw new UsageError(
      `--rates ${each}: it must be a rate such as 10/s, 5/min, 1/h, 1/day or 0.5 (a second)`,
    );
  });
}

function listOf(text: string): string[] {
  return text.split(',').map(each => each.trim());
}
