import { check } from '@breaking/core/internal';

/** The ways to tell a client about its limits. */
export type HeaderFormat = 'draft-11' | 'draft-7' | 'draft-6' | 'legacy';

const FORMATS: readonly HeaderFormat[] = ['draft-11', 'draft-7', 'draft-6', 'legacy'];

/**
 * Checks the option `headers` and brings it into one form: a list of formats.
 * @throws TypeError or RangeError, also for formats that would overwrite each other's fields
 */
export function headerFormats(
  what: string,
  headers: HeaderFormat | readonly HeaderFormat[] | false,
): readonly HeaderFormat[] {
  if (headers === false) return [];
  if (typeof headers === 'string') return [check.oneOf(what, headers, FORMATS)];
  if (!Array.isArray(headers)) {
    throw new TypeError(`${what} must be a format, a list of them, or false, got ${check.shown(headers)}`);
  }
  const formats = headers.map(each => check.oneOf(what, each, FORMATS));
  if (formats.length === 0) throw new RangeError(`${what} must name a format or be false, got an empty list`);
  const clash = formats.find(each => each === 'draft-7' || each === 'draft-6');
  if (formats.includes('draft-11') && clash !== undefined) {
    throw new RangeError(
      `${what} must not set a field twice, got draft-11 and ${clash}, which both set RateLimit-Policy`,
    );
  }
  if (new Set(formats).size !== formats.length) {
    throw new RangeError(`${what} must name each format once, got ${formats.join(', ')}`);
  }
  return formats;
}
