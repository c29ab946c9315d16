import { type Clock, MonotonicClock } from '@breaking/core';
import { check } from '@breaking/core/internal';
import { type Authorize, gatekeeper } from './access.js';
import { asWatch, type Watch } from './watched.js';

/**
 * What a dashboard shows, to whom, and what viewers may do.
 * @typeParam Req what `authorize` receives
 */
export interface DashboardOptions<Req> {
  /**
   * What the page shows: the results of `rateLimit`, `circuitBreaker` and `concurrencyLimit`, `app.breaking` of Fastify, a
   * protected `fetch`, or core's limiters, breakers and groups.
   */
  readonly watch: readonly unknown[];
  /**
   * Who may see the page. Only `true`, or a promise of it, grants access. The page sends cookies and Basic auth, no other
   * headers.
   */
  readonly authorize: Authorize<Req>;
  /** Default 'Breaking'. */
  readonly title?: string | undefined;
  /** Counts decisions even without viewers; default false. */
  readonly record?: boolean | undefined;
  /** Allows viewers to reset, block and trip; default false. */
  readonly actions?: boolean | undefined;
  /** Shows keys as they are instead of masked; default false. */
  readonly showKeys?: boolean | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

const OPTIONS = ['watch', 'authorize', 'title', 'record', 'actions', 'showKeys', 'clock'];

export interface DashboardSettings<Req> {
  readonly watch: Watch;
  readonly mayEnter: (req: Req) => Promise<boolean>;
  readonly title: string;
  readonly record: boolean;
  readonly actions: boolean;
  readonly showKeys: boolean;
  readonly clock: Clock;
}

/** @throws TypeError that names the option and the value */
export function dashboardSettings<Req>(
  options: DashboardOptions<Req>,
  others: readonly string[] = [],
): DashboardSettings<Req> {
  const what = 'dashboard';
  check.knownOptions(what, options, [...OPTIONS, ...others]);
  const { watch, authorize, title = 'Breaking', record = false, actions = false, showKeys = false } = options;
  const mayEnter = gatekeeper(what, authorize);
  if (!Array.isArray(watch)) {
    throw new TypeError(`${what}: watch must be an array, got ${check.shown(watch)}`);
  }
  return {
    watch: asWatch(`${what}: watch`, watch),
    mayEnter,
    title: check.asString(`${what}: title`, title),
    record: asBoolean(`${what}: record`, record),
    actions: asBoolean(`${what}: actions`, actions),
    showKeys: asBoolean(`${what}: showKeys`, showKeys),
    clock: check.asObjectWith(`${what}: clock`, options.clock ?? new MonotonicClock(), ['secondsSinceEpoch']),
  };
}

function asBoolean(what: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${what} must be a boolean, got ${check.shown(value)}`);
  return value;
}
