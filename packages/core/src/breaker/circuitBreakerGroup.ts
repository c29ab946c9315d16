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
  /** How many breakers are kept: a whole number, at least 1; default 10,000. */
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

/** How many breakers are examined to find one to forget. */
const NEIGHBOURS = 16;

/** A breaker with its circuit. */
interface Kept {
  readonly breaker: CircuitBreaker;
  readonly circuit: Circuit;
}

/**
 * Circuit breakers with the same options, one for each key: an upstream, a tenant.
 *
 * At most `maxKeys` are kept. A new breaker then replaces one that is closed and full, has no call under way and would
 * start with its first cool-down, so that nothing is lost. If none of 16 neighbours is like that, the group grows, up
 * to twice `maxKeys`, and shrinks again later. Beyond that it forgets the neighbour that is nearest to full, closed
 * ones first. Get the breaker for each call instead of keeping it: outcomes that a forgotten breaker receives do not
 * count.
 */
export class CircuitBreakerGroup {
  readonly #settings: GroupSettings;
  readonly #byKey = new Map<string, Kept>();
  /** Goes through the map again and again: an iterator of a Map includes later changes. */
  #hand = this.#byKey.entries();
  #keyless: Kept | undefined;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: CircuitBreakerGroupOptions) {
    // See `groupNamed`.
    const isChecked = options instanceof GroupSettings;
    this.#settings = isChecked ? options : new GroupSettings('CircuitBreakerGroup', options);
  }

  /**
   * The breaker of a key. Makes a new one if there is none.
   * @param key any string; long ones are stored, and shown in events, as a digest. Undefined means the breaker without
   *   a key, which is never forgotten
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

  /** The name of all breakers of the group. */
  get name(): string {
    return this.#settings.breaker.name;
  }

  /** How many breakers are kept, including the one without a key. */
  get size(): number {
    return this.#byKey.size + (this.#keyless === undefined ? 0 : 1);
  }

  /**
   * The keys and breakers that are kept. The breaker without a key comes first, with undefined as its key. This makes
   * no breaker.
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

  /** Forgets some of the next breakers until there is room for another. */
  #makeRoom(): void {
    const { maxKeys, breaker } = this.#settings;
    if (this.#byKey.size < maxKeys) return;
    // One reading of the clock for all of them: it costs more than examining one breaker.
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

/** A group whose error messages begin with `what` instead of its own name. */
export function groupNamed(what: string, options: CircuitBreakerGroupOptions): CircuitBreakerGroup {
  return new CircuitBreakerGroup(new GroupSettings(what, options) as unknown as CircuitBreakerGroupOptions);
}
