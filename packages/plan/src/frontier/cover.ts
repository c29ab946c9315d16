import { check } from '@breaking/core/internal';

/** A share of the clients, as a fraction so that ranks are exact. */
export interface Cover {
  /** Its text, such as `99.9%`. */
  readonly text: string;
  readonly numerator: number;
  readonly denominator: number;
}

export const DEFAULT_COVER: readonly string[] = ['95%', '99%', '100%'];

const PERCENT = /^(\d{1,3})(?:\.(\d{1,6}))?%$/;

/**
 * @param value a text such as `99.9%`, or a share > 0 and at most 1 such as 0.999
 * @throws TypeError or RangeError that names the value
 */
export function asCover(what: string, value: unknown): Cover {
  const text = typeof value === 'number' ? `${Number((value * 100).toPrecision(12))}%` : value;
  const [, whole = '', fraction = ''] = PERCENT.exec(check.asString(what, text)) ?? [];
  const numerator = Number(whole + fraction);
  const denominator = 100 * 10 ** fraction.length;
  if (whole === '' || numerator === 0 || numerator > denominator) {
    throw new RangeError(`${what} must be > 0% and at most 100%, such as '99%', got ${check.shown(value)}`);
  }
  return { text: text as string, numerator, denominator };
}

/** The number of clients, of `n`, that a cover includes: ⌈share · n⌉. */
export function clientsCovered({ numerator, denominator }: Cover, n: number): number {
  return Math.ceil((numerator * n) / denominator);
}
