import { asFunction, whole } from '../base/check.js';
import { readingOf } from '../base/clock.js';
import { withoutStack } from '../base/errors.js';
import type { Permit } from '../breaker/permit.js';
import { AdaptiveLimit } from './adaptiveLimit.js';
import { Overloaded } from './errors.js';
import { type ConcurrencyMessage, concurrencyChannel } from './events.js';
import { type ConcurrencyLimiterOptions, ConcurrencySettings } from './options.js';
import { Place, type Places } from './place.js';

/**
 * Limits how many calls are under way at the same time. A call above the limit is refused at once and never queued: the
 * caller still has time to do something else, and the calls under way stay fast.
 *
 * The limit is a number, or `'adaptive'`: it then follows latency, see {@link AdaptiveLimit}. It has no timer, and an
 * adaptive limit changes only while it is used.
 *
 * With n > 1 `priorities`, a call of priority p is admitted while fewer than `limit · (1 − (n − 1 − p) / (4 (n − 1)))`
 * calls are under way, or none are: the lowest priority may use three quarters of the limit, the highest all of it.
 *
 * @example
 * const limiter = new ConcurrencyLimiter({ limit: 20 });
 * const report = await limiter.run(() => render(order));
 */
export class ConcurrencyLimiter {
  readonly name: string;
  readonly key: string | undefined;
  readonly #settings: ConcurrencySettings;
  readonly #limit: number | AdaptiveLimit;
  readonly #places: Places = { release: (place, isSample) => this.#release(place, isSample) };
  #inFlight = 0;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: ConcurrencyLimiterOptions) {
    const isChecked = options instanceof ConcurrencySettings;
    const settings = isChecked ? options : new ConcurrencySettings('ConcurrencyLimiter', options);
    this.#settings = settings;
    this.name = settings.name;
    this.key = settings.key;
    const { limit, min, max } = settings;
    this.#limit = limit === 'adaptive' ? new AdaptiveLimit(min, max) : limit;
  }

  /** How many calls may be under way now. */
  get limit(): number {
    return typeof this.#limit === 'number' ? this.#limit : this.#limit.limit;
  }

  /** How many calls are under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * A permit for one call, or undefined if there is no place for it. The first outcome reported to the permit frees the
   * place. A success is also a sample of the latency. A failure or an ignored call is not, since a fast error says
   * nothing about the capacity.
   * @param priority a whole number, at least 0, the lowest; a number above the highest priority counts as the highest
   * @throws TypeError or RangeError for any other priority
   */
  tryAcquire(priority = 0): Permit | undefined {
    const allowed = this.#hasPlaceFor(priority);
    const adaptive = typeof this.#limit === 'number' ? undefined : this.#limit;
    const since = allowed && adaptive !== undefined ? readingOf(this.#settings.clock) : 0;
    if (allowed) this.#inFlight += 1;
    adaptive?.note(this.#inFlight, !allowed);
    if (concurrencyChannel.hasSubscribers) this.#publish(allowed);
    return allowed ? new Place(this.#places, since, adaptive?.epoch ?? 0) : undefined;
  }

  /**
   * Calls `fn` if there is a place for it. The place is free again when the result of `fn` settles. Errors of `fn` are
   * passed on unchanged.
   * @param priority as in {@link tryAcquire}
   * @throws (rejects with) Overloaded if there is no place, TypeError or RangeError for wrong arguments
   */
  async run<T>(fn: () => T | PromiseLike<T>, priority = 0): Promise<T> {
    asFunction('ConcurrencyLimiter.run: fn', fn);
    const permit = this.tryAcquire(priority);
    if (permit === undefined) throw withoutStack(() => new Overloaded(this.name));
    let answer: T;
    try {
      answer = await fn();
    } catch (error) {
      permit.failure(error);
      throw error;
    }
    permit.success();
    return answer;
  }

  #hasPlaceFor(priority: number): boolean {
    const steps = this.#settings.priorities - 1;
    const below = Math.max(0, steps - whole('ConcurrencyLimiter: priority', priority, 0));
    if (below === 0) return this.#inFlight < this.limit;
    // In whole numbers, since shares of a limit would be rounded.
    return this.#inFlight === 0 || this.#inFlight * 4 * steps < this.limit * (4 * steps - below);
  }

  #release(place: Place, isSample: boolean): void {
    this.#inFlight -= 1;
    if (!isSample || typeof this.#limit === 'number') return;
    const now = readingOf(this.#settings.clock);
    // If the clock stepped back, it is unknown how long the call took.
    if (now >= place.since) this.#limit.sample(now - place.since, place.epoch, this.#inFlight, now);
  }

  #publish(allowed: boolean): void {
    const { name, key, limit, inFlight } = this;
    const message: ConcurrencyMessage = { name, ...(key !== undefined && { key }), allowed, inFlight, limit };
    concurrencyChannel.publish(message);
  }
}
