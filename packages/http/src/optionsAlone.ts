import { check } from '@breaking/core/internal';

/**
 * Checks that a function was called with options and nothing else. `app.use(rateLimit)` without the call would pass it a
 * request, and other libraries take options as a second argument.
 * @param others the arguments after the first
 * @throws TypeError that says what to write
 */
export function optionsAlone(what: string, others: readonly unknown[]): void {
  if (others.length === 0) return;
  if (typeof others.at(-1) === 'function') {
    throw new TypeError(`${what} must be called with its options: write ${what}({ … }) instead of ${what}`);
  }
  const got = check.shown(others[0]);
  throw new TypeError(
    `${what} takes one argument, its options: write ${what}({ …, name: 'x' }), got ${got} as another`,
  );
}
