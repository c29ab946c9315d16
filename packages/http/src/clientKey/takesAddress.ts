/** A first parameter, with or without a default value, and the comma after it. */
const SECOND_PARAMETER = /^[^(=]*\(\s*(?:[\w$]+|\{\})\s*(?:=[^,()]*)?,/;
const REST_PARAMETER = /^[^(=]*\([^()]*\.\.\./;

/**
 * Whether a `keyOf` may use its second parameter, the address. `length` counts neither rest parameters nor those with a
 * default value, so a wrapper such as `(...args) => traced(keyOf, args)` shows only in its text. Computing an address for a
 * function that ignores it costs time and may cause a needless warning. Passing '' to a function that uses it would count all
 * clients as one.
 */
export function takesAddress(keyOf: (...args: never[]) => unknown): boolean {
  if (keyOf.length >= 2) return true;
  const text = Function.prototype.toString.call(keyOf);
  if (text.endsWith('{ [native code] }')) return keyOf.length === 0;
  const flat = text.replace(/\{[^{}()]*\}/g, '{}');
  return SECOND_PARAMETER.test(flat) || REST_PARAMETER.test(flat) || /\barguments\b/.test(text);
}
