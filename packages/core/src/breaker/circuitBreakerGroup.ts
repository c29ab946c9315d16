import { boundedKey } from '../base/bucketKey.js';
import { asString, knownOptions, whole } from '../base/check.js';
import { readingOf } from '../base/clock.js';
import { Circuit } from './circuit.js';
import { breakerOver, type CircuitBreaker } from './circuitBreaker.js';
import {
  type BreakerSettings,
  breakerSettings,
  CIRCUIT_BREAKER_OPTIONS,
  type CircuitBreakerOptions,
} from './options.js';

/** The options of a {@link CircuitBreakerGroup}: those of its breakers, and how many it keeps. */
export interface CircuitBreakerGroupOptions extends Omit<CircuitBreakerOptions, 'key'> {
  /** Breakers that are kept: a whole number, at least 1; default 10,000. */
  readonly maxKeys?: number | undefined;
}

/** The options of a group, checked once for all its breakers. */
class GroupSettings {
  readonly maxKeys: number;
  readonly breaker: BreakerSettings;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(what: string, options: CircuitBreakerGroupOptions) {
    knownOptions(what, options, GROUP_OPTIONS);
    const { maxKeys = 10_000, ...others } = options;
    this.maxKeys = whole(`${what}: maxKeys`, maxKeys, 1);
    this.breaker = breakerSettings(what, others);
  }
}

const GROUP_OPTIONS = [...CIRCUIT_BREAKER_OPTIONS.filter(name => name !== 'key'), 'maxKeys'];

/** How many breakers are looked at to find one to forget. */
const NEIGHBOURS = 16;

/** A breaker, and its circuit for the group. */
interface Kept {
  readonly breaker: CircuitBreaker;
  readonly circuit: Circuit;
}

/**
 * Circuit breakers with the same options, one for each key: an upstream, a tenant.
 *
 * At most `maxKeys` are kept. A new one then takes the place of one that is closed, full, has no call under way and would
 * start with its first cool-down, so that nothing is lost. Where there is none among 16 neighbours the group grows, up to
 * twice `maxKeys`, and shrinks again later. Beyond that it forgets the neighbour that is nearest to full, closed ones
 * first. Ask for the breaker at each call instead of keeping it: outcomes told to a forgotten breaker do not count.
 */
export class CircuitBreakerGroup {
  readonly #settings: GroupSettings;
  readonly #byKey = new Map<string, Kept>();
  /** Moves round and round: an iterator of a Map sees its changes. */
  #hand = this.#byKey.entries();
  #keyless: Kept | undefined;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: CircuitBreakerGroupOptions) {
    // See `groupNamed`.
    const isChecked = options instanceof GroupSettings;
    this.#settings = isChecked ? options : new GroupSettings('CircuitBreakerGroup', options);
  }

  /**
   * The breaker of a key, a new one if there is none.
   * @param key any string, kept (and shown in events) as a digest if long; undefined for the breaker without a key, which
   *   is never forgotten
   * @throws TypeError for any other key
   */
  get(key?: string): CircuitBreaker {
    if (key === undefined) return (this.#keyless ?? this.#makeKeyless()).breaker;
    const bounded = boundedKey(asString('CircuitBreakerGroup: key', key));
    const known = this.#byKey.get(bounded);
    if (known !== undefined) return known.breaker;
    this.#makeRoom();
    const made = this.#made(bounded);
    this.#byKey.set(bounded, made);
    return made.breaker;
  }

  /** The name of all its breakers. */
  get name(): string {
    return this.#settings.breaker.name;
  }

  /** How many breakers are kept, the one without a key included. */
  get size(): number {
    return this.#byKey.size + (this.#keyless === undefined ? 0 : 1);
  }

  /**
   * Key and breaker of each that was asked for and is kept. The one without a key comes first, under undefined. Only looks:
   * it makes none.
   */
  *entries(): IterableIterator<[key: string | undefined, breaker: CircuitBreaker]> {
    if (this.#keyless !== undefined) yield [undefined, lookedAt(this.#keyless)];
    for (const [key, kept] of this.#byKey) yield [key, lookedAt(kept)];
  }

  #makeKeyless(): Kept {
    this.#keyless = this.#made(undefined);
    return this.#keyless;
  }

  #made(key: string | undefined): Kept {
    const circuit = new Circuit(this.#settings.breaker, key);
    return { breaker: breakerOver(circuit), circuit };
  }

  /** Forgets breakers among the next few until there is room for another. */
  #makeRoom(): void {
    const { maxKeys, breaker } = this.#settings;
    if (this.#byKey.size < maxKeys) return;
    // One reading for all neighbours: it costs more than a look at one of them.
    const now = readingOf(breaker.clock);
    let victim: [key: string, circuit: Circuit] | undefined;
    for (let looks = 0; looks < NEIGHBOURS && this.#byKey.size >= maxKeys; looks++) {
      const [key, { circuit }] = this.#next();
      if (circuit.isLikeNew(now)) this.#byKey.delete(key);
      else if (victim === undefined || circuit.losesLessThan(victim[1], now)) victim = [key, circuit];
    }
    if (victim !== undefined && this.#byKey.size >= 2 * maxKeys) this.#byKey.delete(victim[0]);
  }

  #next(): [string, Kept] {
    let next = this.#hand.next();
    if (next.done) {
      this.#hand = this.#byKey.entries();
      next = this.#hand.next();
    }
    return next.value as [string, Kept];
  }
}

function lookedAt({ breaker, circuit }: Kept): CircuitBreaker {
  circuit.look();
  return breaker;
}

/**
 * A group whose error messages begin with another name than its own.
 * @param what the start of every error message
 */
export function groupNamed(what: string, options: CircuitBreakerGroupOptions): CircuitBreakerGroup {
  return new CircuitBreakerGroup(new GroupSettings(what, options) as unknown as CircuitBreakerGroupOptions);
}
