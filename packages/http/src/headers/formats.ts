import { check } from '@breaking/core/internal';
import type { HeaderFormat } from './quota.js';
import type { Shown } from './shown.js';

/** Writes the value of one header field. */
type Write = (shown: Shown) => string;

const policies: Write = shown => shown.policies();
const members: Write = shown => shown.members();

// The other formats show one limit, the most restrictive.
const policy: Write = shown => `${shown.tightest.q};w=${shown.tightest.w}`;
const limit: Write = shown => `${shown.tightest.q}`;
const remaining: Write = shown => `${shown.tightest.r}`;
const reset: Write = shown => `${resetSecs(shown)}`;
const resetAt: Write = shown => `${Math.ceil(Date.now() / 1000) + resetSecs(shown)}`;
const together: Write = shown =>
  `limit=${limit(shown)}, remaining=${remaining(shown)}, reset=${reset(shown)}`;

function resetSecs(shown: Shown): number {
  const { t, w } = shown.tightest;
  return t ?? w;
}

/**
 * The fields of each format, in the order in which they are set.
 * Sources: draft-ietf-httpapi-ratelimit-headers-11, -07 and -06, and the `X-RateLimit-*` fields of many public APIs.
 */
const FORMATS: Readonly<Record<HeaderFormat, Readonly<Record<string, Write>>>> = {
  'draft-11': { 'RateLimit-Policy': policies, RateLimit: members },
  'draft-7': { 'RateLimit-Policy': policy, RateLimit: together },
  'draft-6': {
    'RateLimit-Policy': policy,
    'RateLimit-Limit': limit,
    'RateLimit-Remaining': remaining,
    'RateLimit-Reset': reset,
  },
  legacy: { 'X-RateLimit-Limit': limit, 'X-RateLimit-Remaining': remaining, 'X-RateLimit-Reset': resetAt },
};

const NAMES = Object.keys(FORMATS) as readonly HeaderFormat[];

const FIELDS = Object.fromEntries(
  NAMES.map(format => [format, Object.entries(FORMATS[format])]),
) as unknown as Readonly<Record<HeaderFormat, readonly (readonly [string, Write])[]>>;

/** The fields of a format, each with the function that writes its value. */
export function fieldsOf(format: HeaderFormat): readonly (readonly [string, Write])[] {
  return FIELDS[format];
}

/**
 * Checks the option `headers` and returns it as a list of formats.
 * @throws TypeError or RangeError, also for formats that write different values into one field
 */
export function asFormats(
  what: string,
  headers: HeaderFormat | readonly HeaderFormat[] | false,
): readonly HeaderFormat[] {
  if (headers === false) return [];
  if (typeof headers === 'string') return [asFormat(what, headers)];
  if (!Array.isArray(headers)) {
    throw new TypeError(`${what} must be a format, a list of them, or false, got ${check.shown(headers)}`);
  }
  const formats = headers.map(each => asFormat(what, each));
  if (formats.length === 0) throw new RangeError(`${what} must name a format or be false, got an empty list`);
  if (new Set(formats).size !== formats.length) {
    throw new RangeError(`${what} must name each format once, got ${formats.join(', ')}`);
  }
  checkClashes(what, formats);
  return formats;
}

function asFormat(what: string, value: unknown): HeaderFormat {
  try {
    return check.oneOf(what, value, NAMES);
  } catch (error) {
    const draft = /^draft-(\d+)$/.exec(String(value))?.[1];
    if (draft === undefined) throw error;
    const instead = Number(draft) > 7 ? 'draft-11' : Number(draft) === 7 ? 'draft-7' : 'draft-6';
    throw new RangeError(`${(error as Error).message}: use '${instead}' instead`);
  }
}

function checkClashes(what: string, formats: readonly HeaderFormat[]): void {
  const writers = new Map<string, { readonly format: HeaderFormat; readonly write: Write }>();
  for (const format of NAMES.filter(each => formats.includes(each))) {
    for (const [field, write] of fieldsOf(format)) {
      const first = writers.get(field) ?? { format, write };
      if (first.write !== write) {
        const both = `${first.format} and ${format}, which both set ${field}`;
        throw new RangeError(`${what} must not set a field twice, got ${both}`);
      }
      writers.set(field, first);
    }
  }
}
