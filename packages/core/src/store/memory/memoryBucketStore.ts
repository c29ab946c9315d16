import { knownOptions, whole } from '../../base/check.js';
import { allThere, wholeTokens } from '../../bucket/debt.js';
import { debtsAfter, decided, limitsAsked } from '../../bucket/decided.js';
import { blockSecsOf } from '../../bucket/decidedRequest.js';
import type { Decision } from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';
import { PrefixedStore } from '../prefixedStore.js';
import type { Lockout, Reservations, ReserveOptions, Want } from '../reservation.js';
import { type BucketStore, MORE_OPERATIONS, NEVER_FAILS, OPERATIONS } from '../store.js';
import { block, blockSecs, setBlock, strike } from './blocks.js';
import { BucketTable } from './bucketTable.js';
import { KeyBuckets } from './keyBuckets.js';
import { KeyHash } from './keyHash.js';
import { LimitTags } from './limitTags.js';
import { decideOne, Violated } from './oneBucket.js';
import { reserve } from './reserving.js';
import type { Waits } from './waits.js';

/**
 * Buckets in the memory of this process, for at most `maxKeys` keys, without a timer.
 *
 * If there is no room for a new key, it replaces another: of about 16, the one that is full or will be soonest.
 * Forgetting a full bucket loses nothing, and a refused key is the last to be full. So a flood of new keys does not
 * free a refused key, unless a single request uses up each of them as well. Keys are identified by a keyed hash of 64
 * bits, see {@link KeyHash}; the keys themselves are not stored.
 *
 * A decision works in fields of the store and allocates nothing but its answer.
 */
export class MemoryBucketStore implements BucketStore {
  /** The store itself, for a Proxy of a store or an object created over one, which have no access to its private fields. */
  private readonly itself = this;
  #table: BucketTable;
  #keys = new KeyHash();
  #tags = new LimitTags(this.#keys.after(''));
  #buckets: KeyBuckets;
  #waits: Waits;
  readonly #violated = new Violated();

  /** @param options.maxKeys a whole number, at least 1; default 100,000 */
  constructor(options: { readonly maxKeys?: number | undefined } = {}) {
    knownOptions('MemoryBucketStore', options, ['maxKeys']);
    const { maxKeys = 100_000 } = options;
    this.#table = new BucketTable(whole('MemoryBucketStore: maxKeys', maxKeys, 1));
    this.#buckets = new KeyBuckets(this.#table, this.#keys, this.#tags);
    this.#waits = this.#table.waits;
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    return this.itself.#decide(key, limits, cost, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    return this.itself.#decide(key, limits, cost, 0, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void {
    this.itself.#decide(key, limits, 0, -n, now);
  }

  reset(key: string): void {
    const { table, keys } = this.itself.#bucketsOf(key);
    table.forget(keys);
    table.waits.set(keys, undefined);
  }

  take(key: string, limits: readonly Limit[], n: number, now: number): number {
    const buckets = this.itself.#bucketsOf(key);
    const maxWaitSecs = buckets.waiting(limits, now)?.maxWaitSecs;
    // This notices that a block is over.
    blockSecs(buckets, now);
    const debts = buckets.load(limits, now, maxWaitSecs);
    const taken = limits.map(({ capacityMax }, i) =>
      Math.min(n, wholeTokens(capacityMax, debts[i] as number)),
    );
    taken.forEach((tokens, i) => {
      debts[i] = (debts[i] as number) + tokens;
    });
    // A limit from which nothing is taken is not written, since it may count less of its debt than other limits do.
    buckets.keep(limits, now, i => taken[i] === 0);
    return n - Math.min(...taken);
  }

  reserve(key: string, wants: readonly Want[], options: ReserveOptions, now: number): Reservations {
    return reserve(this.itself.#bucketsOf(key), wants, options, now);
  }

  block(key: string, limits: readonly Limit[], secs: number, now: number): void {
    block(this.itself.#bucketsOf(key), limits, secs, now);
  }

  strike(key: string, limits: readonly Limit[], lockout: Lockout, now: number): number {
    return strike(this.itself.#bucketsOf(key), limits, lockout, now);
  }

  /**
   * The same buckets, for keys that all begin with `prefix`. The prefix is hashed once: joining it to each key would
   * take longer than a decision.
   */
  scoped(prefix: string): BucketStore {
    if (!this[NEVER_FAILS]) return new PrefixedStore(this, prefix);
    return MemoryBucketStore.over(this.#table, this.#keys.after(prefix), this.#tags.again());
  }

  /** Sets the buckets of a key to the state in another store's decision. */
  learn(key: string, decision: Decision, now: number): void {
    this.itself.#learn(key, decision, now);
  }

  /** Whether this object has exactly our operations. A Proxy, or a class that extends this one, may do anything. */
  get [NEVER_FAILS](): boolean {
    return (
      #table in this &&
      [...OPERATIONS, ...MORE_OPERATIONS].every(
        operation => this[operation] === MemoryBucketStore.prototype[operation],
      )
    );
  }

  private static over(
    table: BucketTable,
    keys: KeyHash,
    tags = new LimitTags(keys.after('')),
  ): MemoryBucketStore {
    const store = new MemoryBucketStore({ maxKeys: 1 });
    store.#table = table;
    store.#keys = keys;
    store.#tags = tags;
    store.#buckets = new KeyBuckets(table, keys, tags);
    store.#waits = table.waits;
    return store;
  }

  #bucketsOf(key: string): KeyBuckets {
    this.#keys.take(key);
    return this.#buckets;
  }

  #learn(key: string, decision: Decision, now: number): void {
    const limits = limitsAsked(decision);
    const buckets = this.#buckets;
    this.#keys.take(key);
    buckets.load(limits, now).set(debtsAfter(decision));
    buckets.keep(limits, now);
    if (decision.blocked || buckets.shard.blocks > 0) setBlock(buckets, blockSecsOf(decision), now);
  }

  /** Decides whether `cost` tokens are there, and takes `taken` if they are; a negative `taken` puts tokens back. */
  #decide(key: string, limits: readonly Limit[], cost: number, taken: number, now: number): Decision {
    const keys = this.#keys;
    keys.take(key);
    const { low, high } = keys;
    const shard = this.#table.shardOf(low);
    let decision: Decision | undefined;
    if (limits.length === 1 && shard.blocks + this.#waits.size === 0) {
      const tag = this.#tags.of(0, (limits[0] as Limit).name);
      decision = decideOne(shard, low, high, tag, limits, cost, taken, now, this.#violated);
    }
    return decision ?? this.#decideAll(limits, cost, taken, now);
  }

  /** Decides as above if there are several limits, if the key is new, or if keys are blocked or callers wait. */
  #decideAll(limits: readonly Limit[], cost: number, taken: number, now: number): Decision {
    const buckets = this.#buckets;
    const waiting = buckets.waiting(limits, now);
    const secs = blockSecs(buckets, now);
    const debts = buckets.load(limits, now, waiting?.maxWaitSecs);
    const allowed = secs === 0 && allThere(limits, debts, cost);
    // While callers wait, returned tokens would let others overtake them.
    const isRefund = taken < 0 && waiting === undefined;
    if (isRefund || (allowed && taken > 0)) {
      for (let i = 0; i < limits.length; i++) debts[i] = Math.max(0, (debts[i] as number) + taken);
      buckets.keep(limits, now);
    }
    return decided(limits, debts, cost, allowed, 'store', secs);
  }
}
