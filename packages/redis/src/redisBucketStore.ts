import {
  type BucketStore,
  type Decision,
  LeaseBucketStore,
  type Limit,
  type Lockout,
  type Reservations,
  type ReserveOptions,
  type Want,
} from '@breaking/core';
import {
  asDeadline,
  check,
  DEFAULT_DEADLINE_SECS,
  type Decider,
  DIRECT,
  LARGEST_CAPACITY,
} from '@breaking/core/internal';
import { adviceOn } from './advice.js';
import { type RedisClient, runnerOf } from './clients.js';
import { ScriptedBucketStore } from './scriptedBucketStore.js';

/** The options of a {@link RedisBucketStore}. */
export interface RedisBucketStoreOptions {
  /** A client of ioredis 5 or 6, iovalkey, or node-redis 5 or 6, for one server or a Cluster. You close it. */
  readonly client: RedisClient;
  /** All keys in Redis start with the length of this prefix and the prefix. Printable ASCII, default `breaking`. */
  readonly prefix?: string | undefined;
  /**
   * Seconds, > 0. A command that is older when it reaches the server has no effect. Default 0.05, the time after which a
   * FailoverBucketStore stops waiting.
   */
  readonly deadlineSecs?: number | undefined;
  /** Takes the tokens of a hot key in batches of at most `tokens` (whole, 1 to 1e12). Default: no leases. */
  readonly lease?: { readonly tokens: number } | undefined;
}

/**
 * Stores buckets in Redis 7 or later, or in Valkey, for any number of processes. Each operation runs one script on one key:
 * it is atomic over all limits, takes one round trip, and uses the server's clock. A key expires when its buckets are full.
 *
 * An operation rejects with the client's or the server's error, or with a TimeoutError if it reached the server too late. A
 * debit is never repeated. An operation may take as long as the client queues it. The adapters of all frameworks therefore
 * put a FailoverBucketStore in front, which stops waiting at its deadline and decides in this process.
 *
 * With `lease`, most decisions on a hot key take no round trip, and N processes may let through N · tokens more. See
 * {@link LeaseBucketStore}. `close` returns the tokens on lease. Call it before you close the client.
 *
 * @example
 * const store = new RedisBucketStore({ client: new Redis('redis://localhost:6379') });
 * app.use(rateLimit({ name: 'api', ...perMinute(100), store }));
 */
export class RedisBucketStore implements BucketStore {
  /** The option, or its default. */
  readonly deadlineSecs: number;
  readonly #options: RedisBucketStoreOptions;
  /** Stores with other deadlines that were derived from this one. They close with it. */
  readonly #others: RedisBucketStore[] = [];
  readonly #store: LeaseBucketStore | ScriptedBucketStore;
  readonly #leases: LeaseBucketStore | undefined;

  /** @throws TypeError or RangeError, which names the option and the value */
  constructor(options: RedisBucketStoreOptions) {
    const what = 'RedisBucketStore';
    check.knownOptions(what, options, ['client', 'prefix', 'deadlineSecs', 'lease']);
    const { client, prefix = 'breaking', deadlineSecs = DEFAULT_DEADLINE_SECS, lease } = options;
    this.#options = { ...options };
    this.deadlineSecs = deadlineSecs;
    const scripted = new ScriptedBucketStore(runnerOf(`${what}: client`, client), {
      prefix: check.printableName(`${what}: prefix`, prefix),
      deadlineSecs: asDeadline(`${what}: deadlineSecs`, deadlineSecs),
    });
    if (lease !== undefined) {
      this.#leases = new LeaseBucketStore({
        store: scripted,
        tokens: leaseTokens(`${what}: lease`, lease),
        deadlineSecs,
      });
    }
    this.#store = this.#leases ?? scripted;
  }

  /** A store on the same keys with another deadline, in seconds. It closes with this one. */
  withDeadline(secs: number): RedisBucketStore {
    const other = new RedisBucketStore({ ...this.#options, deadlineSecs: secs });
    this.#others.push(other);
    return other;
  }

  /** What to do about an error of the client or the server, for a warning. */
  adviceOn(error: unknown): string | undefined {
    return adviceOn(error, this.#options.client);
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return promised(() => this.#store.check(key, limits, cost, now));
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return promised(() => this.#store.peek(key, limits, cost, now));
  }

  /** For a store in front: a decision on leased tokens is synchronous, unless `check` or `peek` was replaced. */
  get [DIRECT](): Decider | undefined {
    const { check, peek } = RedisBucketStore.prototype;
    const isOwn = #store in this && this.check === check && this.peek === peek;
    return isOwn ? this.#store : undefined;
  }

  async refund(key: string, limits: readonly Limit[], n: number, now: number): Promise<void> {
    await this.#store.refund(key, limits, n, now);
  }

  async reset(key: string, now: number): Promise<void> {
    await this.#store.reset(key, now);
  }

  async take(key: string, limits: readonly Limit[], n: number, now: number): Promise<number> {
    return this.#store.take(key, limits, n, now);
  }

  async reserve(
    key: string,
    wants: readonly Want[],
    options: ReserveOptions,
    now: number,
  ): Promise<Reservations> {
    return this.#store.reserve(key, wants, options, now);
  }

  async block(key: string, limits: readonly Limit[], secs: number, now: number): Promise<void> {
    await this.#store.block(key, limits, secs, now);
  }

  async strike(key: string, limits: readonly Limit[], lockout: Lockout, now: number): Promise<number> {
    return this.#store.strike(key, limits, lockout, now);
  }

  /** Returns the tokens on lease. Takes at most a second and never rejects. Later requests ask the server one by one. */
  async close(): Promise<void> {
    await Promise.all([this.#leases?.close(), ...this.#others.map(other => other.close())]);
  }
}

/** An answer as a promise. One that is a promise already is passed on: another one takes three turns of the microtask queue. */
function promised(decide: () => Decision | Promise<Decision>): Promise<Decision> {
  try {
    return Promise.resolve(decide());
  } catch (error) {
    return Promise.reject(error);
  }
}

function leaseTokens(what: string, lease: { readonly tokens: number }): number {
  check.knownOptions(what, lease, ['tokens']);
  return check.whole(`${what}.tokens`, lease.tokens, 1, LARGEST_CAPACITY);
}
