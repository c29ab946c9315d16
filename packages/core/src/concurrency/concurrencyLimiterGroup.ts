import { boundedKey } from '../base/bucketKey.js';
import { asString, knownOptions, whole } from '../base/check.js';
import { ConcurrencyLimiter } from './concurrencyLimiter.js';
import {
  CONCURRENCY_LIMITER_OPTIONS,
  type ConcurrencyLimiterOptions,
  ConcurrencySettings,
} from './options.js';

/** The options of a {@link ConcurrencyLimiterGroup}: those of its limiters, and how many it keeps. */
export interface ConcurrencyLimiterGroupOptions extends Omit<ConcurrencyLimiterOptions, 'key'> {
  /** How many limiters are kept: a whole number, at least 1; default 10,000. */
  readonly maxKeys?: number | undefined;
}

const GROUP_OPTIONS = [...CONCURRENCY_LIMITER_OPTIONS.filter(name => name !== 'key'), 'maxKeys'];

/** How many limiters are examined to find one to forget. */
const NEIGHBOURS = 16;

/** The options of a group, checked once for all its limiters. */
class GroupSettings {
  readonly maxKeys: number;
  readonly limiter: ConcurrencySettings;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(what: string, options: ConcurrencyLimiterGroupOptions) {
    knownOptions(what, options, GROUP_OPTIONS);
    const { maxKeys = 10_000, ...others } = options;
    this.maxKeys = whole(`${what}: maxKeys`, maxKeys, 1);
    this.limiter = new ConcurrencySettings(what, others);
  }
}

/**
 * Concurrency limiters with the same options, one for each key: a tenant, an upstream.
 *
 * At most `maxKeys` are kept, and more only while more have calls under way. A new limiter replaces one of 16
 * neighbours that has no calls under way: a fixed limit loses nothing by that, an adaptive limit starts again. Get the
 * limiter for each call instead of keeping it: the calls of a forgotten limiter are no longer counted.
 */
export class ConcurrencyLimiterGroup {
  readonly #settings: GroupSettings;
  readonly #byKey = new Map<string, ConcurrencyLimiter>();
  /** Goes through the map again and again: an iterator of a Map includes later changes. */
  #hand = this.#byKey.entries();
  #keyless: ConcurrencyLimiter | undefined;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: ConcurrencyLimiterGroupOptions) {
    // See `concurrencyGroupNamed`.
    const isChecked = options instanceof GroupSettings;
    this.#settings = isChecked ? options : new GroupSettings('ConcurrencyLimiterGroup', options);
  }

  /**
   * The limiter of a key. Makes a new one if there is none.
   * @param key any string; long ones are stored, and shown in events, as a digest. Undefined means the limiter without
   *   a key, which is never forgotten
   * @throws TypeError for any other key
   */
  get(key?: string): ConcurrencyLimiter {
    if (key === undefined) {
      this.#keyless ??= new ConcurrencyLimiter(this.#settings.limiter);
      return this.#keyless;
    }
    const bounded = boundedKey(asString('ConcurrencyLimiterGroup: key', key));
    const known = this.#byKey.get(bounded);
    if (known !== undefined) return known;
    this.#makeRoom();
    const made = new ConcurrencyLimiter(this.#settings.limiter.of(bounded));
    this.#byKey.set(bounded, made);
    return made;
  }

  /** The name of all limiters of the group. */
  get name(): string {
    return this.#settings.limiter.name;
  }

  /** The calls under way, of all keys together. */
  get inFlight(): number {
    let sum = this.#keyless?.inFlight ?? 0;
    for (const { inFlight } of this.#byKey.values()) sum += inFlight;
    return sum;
  }

  /** How many limiters are kept, including the one without a key. */
  get size(): number {
    return this.#byKey.size + (this.#keyless === undefined ? 0 : 1);
  }

  /**
   * The keys and limiters that are kept. The limiter without a key comes first, with undefined as its key. This makes
   * no limiter.
   */
  *entries(): IterableIterator<[key: string | undefined, limiter: ConcurrencyLimiter]> {
    if (this.#keyless !== undefined) yield [undefined, this.#keyless];
    yield* this.#byKey.entries();
  }

  /** Forgets some of the next limiters until there is room for another. */
  #makeRoom(): void {
    for (let looks = 0; looks < NEIGHBOURS && this.#byKey.size >= this.#settings.maxKeys; looks++) {
      const next = this.#hand.next();
      if (next.done) this.#hand = this.#byKey.entries();
      else if (next.value[1].inFlight === 0) this.#byKey.delete(next.value[0]);
    }
  }
}

/** A group whose error messages begin with `what` instead of its own name. */
export function concurrencyGroupNamed(
  what: string,
  options: ConcurrencyLimiterGroupOptions,
): ConcurrencyLimiterGroup {
  const settings = new GroupSettings(what, options);
  return new ConcurrencyLimiterGroup(settings as unknown as ConcurrencyLimiterGroupOptions);
}
