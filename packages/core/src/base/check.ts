/**
 * Checks of options and arguments. Values are checked once, where they enter, and never corrected. A TypeError means
 * that a value has the wrong type, a RangeError that it is out of range. Both name the option and the value.
 */

/** A wrong value, formatted for an error message. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `an object of ${value.constructor?.name ?? 'no class'}`;
}

function wrongKind(what: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`${what} must be ${wanted}, got ${shown(value)}`);
}

function wrongValue(what: string, wanted: string, value: unknown): RangeError {
  return new RangeError(`${what} must be ${wanted}, got ${shown(value)}`);
}

export function finite(what: string, value: unknown): number {
  if (typeof value !== 'number') throw wrongKind(what, 'a number', value);
  if (!Number.isFinite(value)) throw wrongValue(what, 'finite', value);
  return value;
}

export function atLeast(what: string, value: number, least: number): number {
  if (!(value >= least)) throw wrongValue(what, `>= ${least}`, value);
  return value;
}

export function atMost(what: string, value: number, most: number): number {
  if (!(value <= most)) throw wrongValue(what, `<= ${most}`, value);
  return value;
}

/** A share of a whole: from 0 to below 1. */
export function share(what: string, value: unknown): number {
  const checked = finite(what, value);
  if (!(checked >= 0 && checked < 1)) throw wrongValue(what, '>= 0 and < 1', value);
  return checked;
}

export function positive(what: string, value: unknown): number {
  const checked = finite(what, value);
  if (!(checked > 0)) throw wrongValue(what, '> 0', value);
  return checked;
}

export function whole(what: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number') throw wrongKind(what, 'a number', value);
  if (!Number.isInteger(value) || value < least || value > most) {
    const upTo = most === Number.MAX_SAFE_INTEGER ? `, at least ${least}` : ` from ${least} to ${most}`;
    throw wrongValue(what, `a whole number${upTo}`, value);
  }
  return value;
}

export function asFunction<F>(what: string, value: F): F {
  if (typeof value !== 'function') throw wrongKind(what, 'a function', value);
  return value;
}

export function oneOf<T extends string>(what: string, value: unknown, allowed: readonly T[]): T {
  if (typeof value !== 'string') throw wrongKind(what, 'a string', value);
  if (!(allowed as readonly string[]).includes(value)) {
    throw wrongValue(what, `one of ${allowed.map(each => `'${each}'`).join(', ')}`, value);
  }
  return value as T;
}

export function asString(what: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongKind(what, 'a string', value);
  return value;
}

/** A name for header fields and events: printable ASCII, not empty. */
export function printableName(what: string, value: unknown): string {
  if (!/^[\x20-\x7e]+$/.test(asString(what, value)))
    throw wrongValue(what, 'printable ASCII, not empty', value);
  return value as string;
}

export function asObjectWith<T>(what: string, value: T, methods: readonly (keyof T & string)[]): T {
  const missing = methods.find(name => typeof (value as T | null | undefined)?.[name] !== 'function');
  if (missing !== undefined) throw wrongKind(what, `an object with a method ${missing}`, value);
  return value;
}

/**
 * Throws if options are not an object, or contain an unknown option: a misspelt option would silently do nothing.
 * @throws TypeError
 */
export function knownOptions(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongKind(`${what}: options`, 'an object', options);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    // For a client or a request that is passed as options, the error must not name a property that the caller never wrote.
    if ((options.constructor?.name ?? 'Object') !== 'Object')
      throw wrongKind(`${what}: options`, `an object with ${known.join(', ')}`, options);
    throw new TypeError(`${what}: unknown option ${shown(name)}, known options: ${known.join(', ')}`);
  }
}
