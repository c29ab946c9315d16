import { boundedKey } from '../base/bucketKey.js';
import { asString, knownOptions, whole } from '../base/check.js';
import { MonotonicClock } from '../base/clock.js';
import { CircuitBreaker } from './circuitBreaker.js';
import { CIRCUIT_BREAKER_OPTIONS, type CircuitBreakerOptions } from './options.js';

export interface CircuitBreakerGroupOptions extends Omit<CircuitBreakerOptions, 'key'> {
  /** Breakers that are kept: a whole number, at least 1; default 10,000. */
  readonly maxKeys?: number | undefined;
}

const GROUP_OPTIONS = [...CIRCUIT_BREAKER_OPTIONS.filter(name => name !== 'key'), 'maxKeys'];

/** How many breakers are looked at to find one to forget. */
const NEIGHBOURS = 16;

/**
 * Circuit breakers with the same options, one for each key: an upstream, a tenant.
 *
 * At most `maxKeys` are kept. A new one then takes the place of one that is closed, full, has no call under way and would
 * start with its first cool-down, so that forgetting it loses nothing; where there is none among the next 16, the group
 * grows, and shrinks again with later keys. Ask for the breaker at each call instead of keeping it: what a forgotten one
 * hears counts for nobody else.
 */
export class CircuitBreakerGroup {
  readonly #options: CircuitBreakerOptions;
  readonly #maxKeys: number;
  readonly #keyless: CircuitBreaker;
  readonly #breakers = new Map<string, CircuitBreaker>();
  /** Goes round and round: an iterator of a Map lives with its changes. */
  #hand = this.#breakers.entries();

  /**
   * @param what whose options these are, at the start of error messages
   * @throws TypeError or RangeError that names the wrong option
   */
  constructor(options: CircuitBreakerGroupOptions, what = 'CircuitBreakerGroup') {
    knownOptions(what, options, GROUP_OPTIONS);
    const { maxKeys = 10_000, ...others } = options;
    this.#maxKeys = whole(`${what}: maxKeys`, maxKeys, 1);
    this.#options = { clock: new MonotonicClock(), ...others };
    this.#keyless = new CircuitBreaker(this.#options, what);
  }

  /**
   * The breaker of a key, a new one if there is none.
   * @param key any string, kept (and shown in events) as a digest if long; undefined is the one without a key
   * @throws TypeError for any other key
   */
  get(key: string | undefined): CircuitBreaker {
    if (key === undefined) return this.#keyless;
    const bounded = boundedKey(asString('CircuitBreakerGroup: key', key));
    const known = this.#breakers.get(bounded);
    if (known !== undefined) return known;
    this.#makeRoom();
    const breaker = new CircuitBreaker({ ...this.#options, key: bounded });
    this.#breakers.set(bounded, breaker);
    return breaker;
  }

  #makeRoom(): void {
    for (let looks = 0; looks < NEIGHBOURS && this.#breakers.size >= this.#maxKeys; looks++) {
      const next = this.#hand.next();
      if (next.done) this.#hand = this.#breakers.entries();
      else if (next.value[1].isLikeNew) this.#breakers.delete(next.value[0]);
    }
  }
}
