import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock, DecisionMessage, TransitionMessage } from '@breaking/core';
import { BreakerHistory } from '../counting/breakerHistory.js';
import { LimitCounts } from '../counting/limitCounts.js';

/** How long decisions are counted on when the last viewer has left: who reloads the page finds what they had. */
const LINGER_MS = 10_000;

const DECISION = 'breaking:rate_limit:decision';
const TRANSITION = 'breaking:circuit_breaker:transition';

/**
 * What is heard of limits and breakers. Transitions are rare and always heard; decisions are heard and counted while somebody
 * watches. While nobody does there is no timer.
 */
export class Observation {
  readonly history = new BreakerHistory();
  readonly #names: ReadonlySet<string>;
  readonly #clock: Clock;
  readonly #records: boolean;
  #counts: Map<string, LimitCounts> | undefined;
  #countedSince: number | undefined;
  #linger: NodeJS.Timeout | undefined;

  /**
   * @param names of the rate limits to count
   * @param records whether decisions are counted whether or not somebody watches
   */
  constructor(names: ReadonlySet<string>, clock: Clock, records: boolean) {
    this.#names = names;
    this.#clock = clock;
    this.#records = records;
    subscribe(TRANSITION, this.#changed);
    if (records) this.watch();
  }

  /** What has been counted, by name; undefined while nothing is. */
  get counts(): ReadonlyMap<string, LimitCounts> | undefined {
    return this.#counts;
  }

  /** The reading of the clock at which counting began. */
  get countedSince(): number | undefined {
    return this.#countedSince;
  }

  /** Somebody watches: counts from now on, or goes on counting. */
  watch(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#counts !== undefined) return;
    this.#counts = new Map();
    this.#countedSince = this.#clock.secondsSinceEpoch();
    subscribe(DECISION, this.#decided);
  }

  /** Nobody watches any more: ends counting soon, unless somebody comes back. */
  leave(): void {
    if (this.#records || this.#counts === undefined) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#end(), LINGER_MS).unref();
  }

  /** Hears nothing any more. */
  close(): void {
    this.#end();
    unsubscribe(TRANSITION, this.#changed);
  }

  #end(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    unsubscribe(DECISION, this.#decided);
    this.#counts = undefined;
    this.#countedSince = undefined;
  }

  readonly #decided = (message: unknown): void => {
    const { name } = message as DecisionMessage;
    if (!this.#names.has(name)) return;
    const now = this.#clock.secondsSinceEpoch();
    let counts = this.#counts?.get(name);
    if (counts === undefined) {
      counts = new LimitCounts(now);
      this.#counts?.set(name, counts);
    }
    counts.count(message as DecisionMessage, now);
  };

  readonly #changed = (message: unknown): void => {
    this.history.changed(message as TransitionMessage, this.#clock.secondsSinceEpoch());
  };
}
