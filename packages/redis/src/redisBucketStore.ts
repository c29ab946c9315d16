import { type BucketStore, type Decision, LeaseBucketStore, type Limit } from '@breaking/core';
import { check, isDeadline } from '@breaking/core/internal';
import { type RedisClient, runnerOf } from './clients.js';
import { ScriptedBucketStore } from './scriptedBucketStore.js';

export interface RedisBucketStoreOptions {
  /** A client of ioredis 5 or 6, iovalkey, or node-redis 5 or 6; of one server or of a Cluster. It stays yours to close. */
  readonly client: RedisClient;
  /** Printable ASCII, default `breaking`: what all keys in Redis start with, after its length. */
  readonly prefix?: string | undefined;
  /**
   * Seconds after which an operation that has not reached the server does nothing there any more, > 0; default 0.05, when
   * a FailoverBucketStore gives up too.
   */
  readonly deadlineSecs?: number | undefined;
  /** Takes the tokens of a hot key in batches: at most `tokens` of one key, whole, 1 to 1e12. By default none is leased. */
  readonly lease?: { readonly tokens: number } | undefined;
}

/**
 * Buckets in Redis 7 or later, or Valkey, that any number of processes share. Every operation is one script on one key:
 * atomic over all limits, one round trip, and on the server's clock. Keys expire when their buckets are full.
 *
 * Operations reject with the client's or the server's error, and with a TimeoutError where they came too late; a debit is
 * never repeated. They wait for the client as long as it lets them: a FailoverBucketStore, which the adapters of all
 * frameworks put in front, gives up at its deadline and decides in this process.
 *
 * With `lease` most decisions on a hot key take no round trip, and N processes let through up to N · tokens more: see
 * {@link LeaseBucketStore}. `close` gives back what is held; call it before the client is closed.
 */
export class RedisBucketStore implements BucketStore {
  readonly #store: BucketStore;
  readonly #leases: LeaseBucketStore | undefined;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: RedisBucketStoreOptions) {
    const what = 'RedisBucketStore';
    check.knownOptions(what, options, ['client', 'prefix', 'deadlineSecs', 'lease']);
    const { client, prefix = 'breaking', deadlineSecs = 0.05, lease } = options;
    const scripted = new ScriptedBucketStore(runnerOf(`${what}: client`, client), {
      prefix: check.printableName(`${what}: prefix`, prefix),
      deadlineSecs: isDeadline(`${what}: deadlineSecs`, deadlineSecs),
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

  async check(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#store.check(key, limits, cost, now);
  }

  async peek(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#store.peek(key, limits, cost, now);
  }

  async refund(key: string, limits: readonly Limit[], n: number, now: number): Promise<void> {
    await this.#store.refund(key, limits, n, now);
  }

  async reset(key: string): Promise<void> {
    await this.#store.reset(key);
  }

  /** Gives back the tokens held on lease; takes a second at most and does not reject. Later requests go one by one. */
  async close(): Promise<void> {
    await this.#leases?.close();
  }
}

function leaseTokens(what: string, lease: { readonly tokens: number }): number {
  check.knownOptions(what, lease, ['tokens']);
  return check.whole(`${what}.tokens`, lease.tokens, 1, 1e12);
}
