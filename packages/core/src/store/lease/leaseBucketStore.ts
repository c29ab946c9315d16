import { knownOptions, shown, whole } from '../../base/check.js';
import { asDeadline, within } from '../../base/deadline.js';
import { isThenable } from '../../base/thenable.js';
import type { Decision } from '../../bucket/decision.js';
import { LARGEST_CAPACITY, type Limit, sameLimits, shareLimit } from '../../bucket/policy.js';
import { decisionIn } from '../answer.js';
import { DenyCacheBucketStore } from '../denyCacheBucketStore.js';
import { FailoverBucketStore } from '../failoverBucketStore.js';
import { type BucketStore, asStore } from '../store.js';
import { Lease } from './lease.js';
import { LeaseBatch } from './leaseBatch.js';

/** The timer's period, and after how many of them without an answer of the store a lease ends: 1 to 1.5 seconds. */
const TICK_MS = 500;
const TICKS_HELD = 3;

/** How many leases there may be at a time, and of one key: other requests go to the store one by one. */
const MOST_LEASES = 10_000;
const LEASES_PER_KEY = 8;

/** The share of its deadline for which a request waits for a batch: what is left is enough to ask the store as well. */
const PATIENCE = 0.4;

/** How long `close` waits for the store at most. */
const CLOSING_SECS = 1;

export interface LeaseOptions {
  readonly store: BucketStore;
  /** The most tokens that this process holds of one key: a whole number from 1 to 1e12. */
  readonly tokens: number;
  /** Seconds that a request has, > 0, at most 2,147,483; default 0.05, as in a FailoverBucketStore. It waits 0.4 of that for a batch. */
  readonly deadlineSecs?: number | undefined;
}

/**
 * A store that takes tokens of a hot key from the one behind it in batches, and gives them out without asking: one round
 * trip for many decisions. A batch is a check of that cost, so it is taken from all limits of the key or from none.
 *
 * A lease is meant to hold what the key uses in a tenth of a second in this process: at most twice what it was meant to hold
 * before, and `tokens`; so a cold key holds nothing. The next batch is asked for when half is gone. A batch is at most half of
 * what the store last said to have, less what this process knows to be gone, so the last tokens are left to all. After a
 * refusal there is none until the store has allowed a request.
 *
 * All who ask at the same moment share a batch, also one larger than `tokens`. A key has one batch on its way, whatever its
 * limits are. Who comes meanwhile and finds no token waits for it; whom it does not serve is refused where its answer proves
 * that the cost does not fit yet, and else asks the store alone. So nobody waits for more than a batch and a check of their
 * own, and where a batch takes longer than 0.4 of the deadline, nobody waits for one until one is faster. What comes too late
 * for those who asked is given back, but for `tokens`.
 *
 * A cost above `tokens` goes to the store alone. Where it is refused, but would fit with what is held here or was on its way,
 * that goes back, and it asks once more: no request is refused that the store would allow without leases. Where there is no
 * time for that, since batches are too slow to wait for, what is held goes back first, and what is on its way counts as gone.
 *
 * What is not used within a second of the store's last answer on the key is not given out any more and goes back, by a
 * timer that exists only while there are leases and keeps no process alive; so does all of it on {@link close}. Tokens of a
 * process that ends without are lost. Each key and set of limits has a lease of its own, at most eight of a key; those that
 * share a limit's name, and so a bucket, take turns.
 *
 * N processes let through at most `capacityMax + restoreRateHz · L + N · tokens` in any L seconds: what is held while the
 * bucket fills comes on top of it. `tokensLeft` and the waits are what the store last said, less what this process has given
 * out since; what others took since, or hold, is not in them.
 *
 * An error of the store is that of everybody who waits for it. Put a FailoverBucketStore around this store, not inside:
 * tokens that something else than the store gave must not go back to it. It needs a store that carries out what it is
 * asked in the order in which it is asked, key by key, as one connection does.
 */
export class LeaseBucketStore implements BucketStore {
  readonly #store: BucketStore;
  readonly #tokens: number;
  readonly #patienceMs: number;
  readonly #leases = new Map<string, Lease[]>();
  /** The batch of each key that is on its way. */
  readonly #batches = new Map<string, LeaseBatch>();
  #count = 0;
  /** Whether the last batch took longer than anybody waits; so does the first, for all that is known. */
  #isFar = true;
  /** The limiter's latest reading of its clock, for what goes back when nobody asks. */
  #now = 0;
  #ticks = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Ways to the store and back that have not ended. None rejects. */
  readonly #pending = new Set<Promise<void>>();

  constructor(options: LeaseOptions) {
    const what = 'LeaseBucketStore';
    knownOptions(what, options, ['store', 'tokens', 'deadlineSecs']);
    const { store, tokens, deadlineSecs = 0.05 } = options;
    this.#store = asStore(`${what}: store`, store);
    const inner = store instanceof DenyCacheBucketStore ? store.store : store;
    if (inner instanceof FailoverBucketStore) {
      throw new TypeError(
        `${what}: store must not be a FailoverBucketStore, which belongs around the leases`,
      );
    }
    this.#tokens = whole(`${what}: tokens`, tokens, 1, LARGEST_CAPACITY);
    this.#patienceMs = asDeadline(`${what}: deadlineSecs`, deadlineSecs) * 1000 * PATIENCE;
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    if (cost === 0) return this.peek(key, limits, 0, now);
    this.#now = now;
    const lease = this.#leaseOf(key, limits) ?? this.#begin(key, limits, cost);
    if (lease === undefined) return this.#store.check(key, limits, cost, now);
    let batch = this.#batches.get(key);
    if (batch === undefined) {
      if (!lease.isFresh(now)) this.#giveBack(key, lease, lease.remaining);
      if (lease.wants(cost, now, this.#tokens, this.#isFar)) batch = this.#begins(key, lease, now);
    }
    const taken = lease.take(cost, now);
    if (taken !== undefined) return taken;
    const canWait = !this.#isFar && cost <= this.#tokens;
    if (canWait && batch?.lease === lease && !batch.isLate) return batch.wait(cost, now);
    return this.#alone(key, lease, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    this.#now = now;
    const lease = this.#leaseOf(key, limits);
    const look = () => lease?.look(cost, now);
    const ask = () => {
      const answer = this.#store.peek(key, limits, cost, now);
      if (lease === undefined) return answer;
      return isThenable(answer) ? answer.then(seen => lease.seen(seen, cost)) : lease.seen(answer, cost);
    };
    const batch = this.#batchOn(key, limits);
    return look() ?? (batch === undefined ? ask() : batch.over.then(() => look() ?? ask()));
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void> {
    this.#now = now;
    for (const lease of this.#leases.get(key) ?? []) lease.putBack(limits, n);
    return this.#store.refund(key, limits, n, now);
  }

  reset(key: string, now: number): void | Promise<void> {
    this.#now = now;
    for (const lease of [...(this.#leases.get(key) ?? [])]) this.#end(key, lease, 'dropped');
    return this.#store.reset(key, now);
  }

  /**
   * Gives back all tokens held, and takes no more ahead: later requests go to the store one by one. Resolves when the store
   * has answered, also with an error, or after a second: what it did not hear of is lost.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [key, leases] of this.#leases) {
      for (const lease of [...leases]) this.#end(key, lease, 'givenBack');
    }
    clearTimeout(this.#timer);
    await within('close', CLOSING_SECS, this.#allEnded()).catch(() => {});
  }

  async #allEnded(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** The lease of a key under these limits. Others of the key that share a bucket with it end. */
  #leaseOf(key: string, limits: readonly Limit[]): Lease | undefined {
    const leases = this.#leases.get(key);
    const [first] = leases ?? [];
    if (leases === undefined || (first?.limits === limits && leases.length === 1)) return first;
    for (const lease of [...leases]) {
      if (!sameLimits(lease.limits, limits) && shareLimit(lease.limits, limits)) {
        this.#end(key, lease, 'givenBack');
      }
    }
    return leases.find(lease => sameLimits(lease.limits, limits));
  }

  #begin(key: string, limits: readonly Limit[], cost: number): Lease | undefined {
    const leases = this.#leases.get(key) ?? [];
    if (this.#isClosed || cost > this.#tokens) return undefined;
    if (this.#count >= MOST_LEASES || leases.length >= LEASES_PER_KEY) return undefined;
    const lease = new Lease(limits);
    lease.tick = this.#ticks;
    leases.push(lease);
    this.#leases.set(key, leases);
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.#tick(), TICK_MS).unref();
    return lease;
  }

  /** Ends a lease; whoever waits for its tokens still gets them. */
  #end(key: string, lease: Lease, spare: 'givenBack' | 'dropped'): void {
    const leases = this.#leases.get(key) as Lease[];
    leases.splice(leases.indexOf(lease), 1);
    if (leases.length === 0) this.#leases.delete(key);
    this.#count -= 1;
    lease.spare = spare;
    this.#giveBack(key, lease, lease.remaining);
  }

  #tick(): void {
    this.#ticks += 1;
    for (const [key, leases] of this.#leases) {
      for (const lease of [...leases]) {
        if (this.#ticks - lease.tick >= TICKS_HELD) this.#end(key, lease, 'givenBack');
      }
    }
    for (const [key, batch] of this.#batches) {
      if (this.#ticks - batch.tick >= TICKS_HELD) this.#batches.delete(key);
    }
    const isNeeded = this.#leases.size > 0 || this.#batches.size > 0;
    this.#timer = isNeeded ? setTimeout(() => this.#tick(), TICK_MS).unref() : undefined;
  }

  /** So many of the tokens held leave the lease, back to the store unless they are to be dropped. */
  #giveBack(key: string, lease: Lease, n: number): void {
    if (n === 0) return;
    lease.putBackHeld(n);
    if (lease.spare === 'dropped') return;
    this.#track(async () => this.#store.refund(key, lease.limits, n, this.#now));
  }

  #track(operate: () => Promise<void>): void {
    const ended: Promise<void> = operate()
      .catch(() => {})
      .finally(() => this.#pending.delete(ended));
    this.#pending.add(ended);
  }

  /** The batch on its way that takes from these limits of the key, unless it takes too long to wait for. */
  #batchOn(key: string, limits: readonly Limit[]): LeaseBatch | undefined {
    const batch = this.#batches.get(key);
    return batch !== undefined && !batch.isLate && shareLimit(batch.lease.limits, limits) ? batch : undefined;
  }

  #begins(key: string, lease: Lease, now: number): LeaseBatch {
    const batch = new LeaseBatch(lease, this.#ticks);
    this.#batches.set(key, batch);
    this.#track(() => this.#fetch(key, batch, now));
    return batch;
  }

  /** Takes a batch, for all who ask before this turn is over, and ahead of need. */
  async #fetch(key: string, batch: LeaseBatch, now: number): Promise<void> {
    await undefined;
    const { lease } = batch;
    const n = lease.batch(batch.needed, now, this.#tokens);
    const isWorthIt = lease.spare === 'kept' && n > 0 && !batch.isForOne(n);
    if (!isWorthIt) return this.#ended(key, batch, false);

    lease.ask(n, now, this.#tokens);
    const late = setTimeout(() => {
      this.#isFar = true;
      batch.isLate = true;
      this.#serve(key, batch, false);
    }, this.#patienceMs).unref();
    try {
      lease.hear(await this.#ask(key, lease.limits, n, now), n, now);
      lease.tick = this.#ticks;
      if (!batch.isLate) this.#isFar = false;
    } catch (error) {
      lease.lose();
      batch.reject(error);
    }
    clearTimeout(late);
    this.#ended(key, batch, true);
  }

  #ended(key: string, batch: LeaseBatch, hasHeard: boolean): void {
    if (this.#batches.get(key) === batch) this.#batches.delete(key);
    this.#serve(key, batch, hasHeard);
  }

  /** Decides all who wait for a batch: whom it does not serve asks the store alone, which has then got back what is held. */
  #serve(key: string, batch: LeaseBatch, hasHeard: boolean): void {
    const { lease } = batch;
    const rest = batch.serve(hasHeard);
    const isKept = rest.length === 0 && lease.spare === 'kept';
    this.#giveBack(key, lease, isKept ? Math.max(0, lease.remaining - this.#tokens) : lease.remaining);
    for (const { cost, now, resolve } of rest) resolve(this.#alone(key, lease, cost, now));
  }

  /** Asks the store for one request alone. */
  async #alone(key: string, lease: Lease, cost: number, now: number): Promise<Decision> {
    // There is no time to ask twice.
    if (this.#isFar) this.#giveBack(key, lease, lease.remaining);
    const batch = this.#batchOn(key, lease.limits);
    const held = lease.remaining;
    const [decision, seen] = await this.#askAlone(key, lease, cost, now);
    if (decision.allowed) return seen;
    if (held === 0 && batch === undefined) return decision;
    await batch?.over;
    const taken = lease.take(cost, now);
    if (taken !== undefined || this.#isFar) return taken ?? decision;
    const refused = lease.seen(decision, cost);
    const isLeft = batch !== undefined && batch.lease !== lease;
    if (!refused.allowed && !isLeft) return refused;
    this.#giveBack(key, lease, lease.remaining);
    const [again, seenAgain] = await this.#askAlone(key, lease, cost, now);
    return again.allowed ? seenAgain : again;
  }

  /** What the store says to one request, and what that is with the tokens held as it says so. */
  async #askAlone(key: string, lease: Lease, cost: number, now: number): Promise<[Decision, Decision]> {
    const decision = await this.#ask(key, lease.limits, cost, now);
    lease.tick = this.#ticks;
    if (cost <= this.#tokens) lease.hearAlone(decision, cost, now);
    return [decision, lease.seen(decision, cost)];
  }

  async #ask(key: string, limits: readonly Limit[], n: number, now: number): Promise<Decision> {
    const answer = await this.#store.check(key, limits, n, now);
    const decision = decisionIn(answer, limits);
    if (decision !== undefined && decision.limits.length > 0) return decision;
    throw new TypeError(`store.check must answer with a Decision on its limits, got ${shown(answer)}`);
  }
}
