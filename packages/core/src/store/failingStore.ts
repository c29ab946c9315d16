import { shown } from '../base/check.js';
import { TimeoutError } from '../base/errors.js';
import { RareWarning } from '../base/warning.js';
import type { OnStoreError } from './events.js';
import type { BucketStore } from './store.js';

const INSTEAD: Readonly<Record<OnStoreError, string>> = {
  local: 'each process counts by itself, so that all together allow a multiple of the limit',
  allow: 'every request is allowed',
  deny: 'every request is refused',
};

/** One warning for each store, however many limiters use it. */
const WARNINGS = new WeakMap<BucketStore, RareWarning>();

/**
 * Warns that a store gives no answers, with its error and what to do about it: a process warning with the code
 * `BREAKING_STORE_FAILS`, at most one a minute for each store. Without it nobody would notice, since requests are still
 * limited.
 * @param name the name of the limiter
 * @param deadlineSecs how long the store has for an answer
 */
export function warnOfFailingStore(
  store: BucketStore,
  name: string,
  onStoreError: OnStoreError,
  error: unknown,
  deadlineSecs: number,
): void {
  let warning = WARNINGS.get(store);
  if (warning === undefined) {
    warning = new RareWarning('BREAKING_STORE_FAILS');
    WARNINGS.set(store, warning);
  }
  const cause =
    error instanceof Error
      ? error.message || (error as NodeJS.ErrnoException).code || error.name
      : shown(error);
  const advice =
    store.adviceOn?.(error) ?? (error instanceof TimeoutError ? adviceOnTimeout(deadlineSecs) : '');
  warning.give(
    `rate limit ${shown(name)}: its store gives no answer (${cause}). Until it does, ${INSTEAD[onStoreError]}. ${advice}`.trimEnd(),
  );
}

function adviceOnTimeout(deadlineSecs: number): string {
  return `The deadline is ${deadlineSecs} s. If the store needs longer, set storeDeadlineSecs.`;
}
