import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type {
  Clock,
  ConcurrencyMessage,
  DecisionMessage,
  StoreErrorMessage,
  TransitionMessage,
} from '@breaking/core';
import { BreakerHistory } from '../counting/breakerHistory.js';
import { LimitCounts } from '../counting/limitCounts.js';
import { Refusals } from '../counting/refusals.js';
import type { Watch } from '../watched.js';

/** How long the names of the watched limits are cached: Fastify's maps may grow. */
const NAMES_SECS = 1;
/** How long counting continues after the last viewer has left, so that reloading the page loses nothing. */
const LINGER_MS = 10_000;

const DECISION = 'breaking:rate_limit:decision';
const PLACE = 'breaking:concurrency_limit:decision';
const STORE_ERROR = 'breaking:store:error';
const TRANSITION = 'breaking:circuit_breaker:transition';

/**
 * Subscribes to the events of limits and breakers. Transitions are rare and always recorded. Decisions are counted only while
 * somebody watches. Otherwise there is no timer.
 */
export class Observation {
  readonly history = new BreakerHistory();
  readonly #watch: Watch;
  readonly #clock: Clock;
  readonly #records: boolean;
  #names: ReadonlySet<string> = new Set();
  #namesAt = Number.NEGATIVE_INFINITY;
  #counts: Map<string, LimitCounts> | undefined;
  #refusals: Map<string, Refusals> | undefined;
  #countedSince: number | undefined;
  #linger: NodeJS.Timeout | undefined;

  /**
   * @param watch contains the rate limits to count
   * @param records whether decisions are counted even if nobody watches
   */
  constructor(watch: Watch, clock: Clock, records: boolean) {
    this.#watch = watch;
    this.#clock = clock;
    this.#records = records;
    subscribe(TRANSITION, this.#changed);
    if (records) this.watch();
  }

  /** The counts by name; undefined while nothing is counted. */
  get counts(): ReadonlyMap<string, LimitCounts> | undefined {
    return this.#counts;
  }

  /** The refusals of concurrency limits, by name; undefined while nothing is counted. */
  get refusals(): ReadonlyMap<string, Refusals> | undefined {
    return this.#refusals;
  }

  /** The reading of the clock at which counting began. */
  get countedSince(): number | undefined {
    return this.#countedSince;
  }

  /** Called when a viewer comes: starts or continues counting. */
  watch(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#counts !== undefined) return;
    this.#counts = new Map();
    this.#refusals = new Map();
    this.#countedSince = this.#clock.secondsSinceEpoch();
    subscribe(DECISION, this.#decided);
    subscribe(PLACE, this.#placed);
    subscribe(STORE_ERROR, this.#storeFailed);
  }

  /** Called when the last viewer has left: stops counting soon, unless a viewer comes back. */
  leave(): void {
    if (this.#records || this.#counts === undefined) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#end(), LINGER_MS).unref();
  }

  /** Stops listening. */
  close(): void {
    this.#end();
    unsubscribe(TRANSITION, this.#changed);
  }

  #end(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    unsubscribe(DECISION, this.#decided);
    unsubscribe(PLACE, this.#placed);
    unsubscribe(STORE_ERROR, this.#storeFailed);
    this.#counts = undefined;
    this.#refusals = undefined;
    this.#countedSince = undefined;
  }

  readonly #decided = (message: unknown): void => {
    const now = this.#clock.secondsSinceEpoch();
    const decided = message as DecisionMessage;
    this.#countsOf(decided.name, now)?.count(decided, now);
  };

  readonly #placed = (message: unknown): void => {
    const { name, allowed } = message as ConcurrencyMessage;
    if (allowed) return;
    const now = this.#clock.secondsSinceEpoch();
    countIn(this.#refusals, name, () => this.#isWatched(name, now) && new Refusals())?.add(now);
  };

  readonly #storeFailed = (message: unknown): void => {
    const now = this.#clock.secondsSinceEpoch();
    const failed = message as StoreErrorMessage;
    this.#countsOf(failed.name, now)?.storeFailed(failed, now);
  };

  /** The counts of a rate limit; undefined if it is not watched. */
  #countsOf(name: string, now: number): LimitCounts | undefined {
    return countIn(this.#counts, name, () => this.#isWatched(name, now) && new LimitCounts(now));
  }

  #isWatched(name: string, now: number): boolean {
    if (!this.#names.has(name) && now - this.#namesAt >= NAMES_SECS) {
      this.#names = new Set(this.#watch().map(each => ('limiter' in each ? each.limiter : each.group).name));
      this.#namesAt = now;
    }
    return this.#names.has(name);
  }

  readonly #changed = (message: unknown): void => {
    this.history.changed(message as TransitionMessage, this.#clock.secondsSinceEpoch());
  };
}

/** The counter of a name. Made at first use, if `made` returns one. */
function countIn<T>(all: Map<string, T> | undefined, name: string, made: () => T | false): T | undefined {
  const known = all?.get(name);
  if (known !== undefined) return known;
  const counts = made();
  if (counts === false) return undefined;
  all?.set(name, counts);
  return counts;
}
