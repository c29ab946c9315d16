import { knownOptions, whole } from '../../base/check.js';
import { asDeadline, within } from '../../base/deadline.js';
import { outsideRequests } from '../../base/outsideRequests.js';
import { isThenable } from '../../base/thenable.js';
import type { Decision } from '../../bucket/decision.js';
import { LARGEST_CAPACITY, type Limit, sameLimits, shareLimit } from '../../bucket/policy.js';
import type { Lockout, Reservations, ReserveOptions, Want } from '../reservation.js';
import {
  asStore,
  type BucketStore,
  behind,
  DEFAULT_DEADLINE_SECS,
  type FullStore,
  STANDS_IN,
  says,
} from '../store.js';
import type { Lease } from './lease.js';
import type { LeaseBatch } from './leaseBatch.js';
import { LeaseTable } from './leaseTable.js';
import { LeaseTraffic } from './leaseTraffic.js';

/** The period of the timer. A lease ends after two periods without an answer of the store: 1 to 1.5 seconds. */
const TICK_MS = 500;
const TICKS_HELD = 3;

/** The share of its deadline for which a request waits for a batch. The rest is enough to ask the store as well. */
const PATIENCE = 0.4;

/** The options of a {@link LeaseBucketStore}. */
export interface LeaseOptions {
  readonly store: BucketStore;
  /** The most tokens of one key that this process holds: a whole number from 1 to 1e12. */
  readonly tokens: number;
  /** Seconds that a request may take, > 0, at most 2,147,483; default 0.05, as in a FailoverBucketStore. */
  readonly deadlineSecs?: number | undefined;
}

/**
 * A store that takes tokens of a hot key from the store behind it in batches, and gives them out without asking: one round
 * trip for many decisions. A batch is a check with that cost, so it is taken from all limits of the key or from none. For a
 * cold key nothing is held. Three rules always hold:
 *
 * 1. Each token taken from the store is either given out once, held, or on its way back.
 * 2. A process that is alone refuses no request that the store would allow without leases.
 * 3. No request waits for more than one batch and one check of its own. Each key has at most one batch on its way.
 *
 * N processes let through at most `capacityMax + restoreRateHz · L + N · tokens` in any L seconds: tokens that are held while
 * the bucket refills come on top. `tokensLeft` and the waits follow from the store's last answer, less what this process has
 * given out since, not what others took or hold. If a process ends without {@link close}, its tokens are lost. The timer
 * exists only while there are leases, and does not keep the process alive.
 *
 * An error of the store rejects all requests that wait for it. Wrap a FailoverBucketStore around this store, not the other
 * way round: tokens that the store did not give must not be returned to it. The store must carry out operations on a key in
 * order.
 */
export class LeaseBucketStore implements BucketStore {
  readonly #store: FullStore;
  readonly #tokens: number;
  readonly #leases = new LeaseTable();
  readonly #traffic: LeaseTraffic;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: LeaseOptions) {
    const what = 'LeaseBucketStore';
    knownOptions(what, options, ['store', 'tokens', 'deadlineSecs']);
    const { store, tokens, deadlineSecs = DEFAULT_DEADLINE_SECS } = options;
    this.#store = behind(this, asStore(`${what}: store`, store));
    if (says(store, STANDS_IN)) {
      throw new TypeError(
        `${what}: store must not be a FailoverBucketStore: wrap the LeaseBucketStore in it instead`,
      );
    }
    this.#tokens = whole(`${what}: tokens`, tokens, 1, LARGEST_CAPACITY);
    const patienceMs = asDeadline(`${what}: deadlineSecs`, deadlineSecs) * 1000 * PATIENCE;
    this.#traffic = new LeaseTraffic(store, tokens, patienceMs);
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    if (cost === 0) return this.peek(key, limits, 0, now);
    const traffic = this.#traffic;
    traffic.now = now;
    const lease = this.#leaseFor(key, limits) ?? this.#startLease(key, limits, cost);
    if (lease === undefined) return this.#store.check(key, limits, cost, now);
    let batch = traffic.batchOf(key);
    if (batch === undefined) {
      if (!lease.isFresh(now)) traffic.giveBack(key, lease, lease.remaining);
      if (lease.wants(cost, now, this.#tokens, traffic.isFar)) batch = traffic.sendBatch(key, lease, now);
    }
    const taken = lease.take(cost, now);
    if (taken !== undefined) return taken;
    // A cost above `tokens` always goes to the store by itself. So does every cost while batches are late.
    const canWait = !traffic.isFar && cost <= this.#tokens;
    if (canWait && batch?.lease === lease && !batch.isLate) return batch.wait(cost, now);
    return traffic.decideAlone(key, lease, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    this.#traffic.now = now;
    const lease = this.#leaseFor(key, limits);
    const look = () => lease?.look(cost, now);
    const ask = () => {
      const answer = this.#store.peek(key, limits, cost, now);
      if (lease === undefined) return answer;
      return isThenable(answer)
        ? answer.then(decision => lease.withHeld(decision, cost))
        : lease.withHeld(answer, cost);
    };
    const batch = this.#traffic.batchFor(key, limits);
    return look() ?? (batch === undefined ? ask() : batch.over.then(() => look() ?? ask()));
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void> {
    this.#traffic.now = now;
    for (const lease of this.#leases.of(key)) lease.putBack(limits, n);
    return this.#store.refund(key, limits, n, now);
  }

  reset(key: string, now: number): void | Promise<void> {
    this.#traffic.now = now;
    for (const lease of this.#leases.of(key)) this.#endLease(key, lease, 'dropped');
    return this.#store.reset(key, now);
  }

  take(key: string, limits: readonly Limit[], n: number, now: number): number | Promise<number> {
    this.#giveBackAll(key, now);
    return this.#store.take(key, limits, n, now);
  }

  /** Gives out held tokens if no other caller waits. Otherwise returns them to the store, and asks the store. */
  reserve(
    key: string,
    wants: readonly Want[],
    options: ReserveOptions,
    now: number,
  ): Reservations | Promise<Reservations> {
    const { limits, cost } = wants[0] ?? {};
    // A lease holds the same number of tokens of each limit.
    const isHeld = limits !== undefined && typeof cost === 'number' && cost > 0;
    if (isHeld && options.withdrawn.length === 0 && options.earliest <= now) {
      const decision = this.#leaseFor(key, limits)?.take(cost, now);
      if (decision !== undefined) {
        return { made: [{ decision, at: now, undo: undefined }], movedSecs: undefined };
      }
    }
    if (wants.length > 0) this.#giveBackAll(key, now);
    return this.#store.reserve(key, wants, options, now);
  }

  block(key: string, limits: readonly Limit[], secs: number, now: number): void | Promise<void> {
    this.#giveBackAll(key, now);
    return this.#store.block(key, limits, secs, now);
  }

  strike(key: string, limits: readonly Limit[], lockout: Lockout, now: number): number | Promise<number> {
    return this.#store.strike(key, limits, lockout, now);
  }

  #giveBackAll(key: string, now: number): void {
    this.#traffic.now = now;
    for (const lease of this.#leases.of(key)) this.#endLease(key, lease, 'givenBack');
  }

  /**
   * Returns all tokens held, and fetches no more batches: later requests go to the store one by one. Resolves when the
   * store has answered, even with an error, or after a second. What has not reached the store by then is lost.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [key, lease] of this.#leases) this.#endLease(key, lease, 'givenBack');
    clearTimeout(this.#timer);
    await within('close', 1, this.#traffic.settled()).catch(() => {});
  }

  /** The lease of a key under these limits. Leases of the key that share a bucket with it end: they take turns. */
  #leaseFor(key: string, limits: readonly Limit[]): Lease | undefined {
    const leases = this.#leases.of(key);
    const [first] = leases;
    if (first === undefined || (first.limits === limits && leases.length === 1)) return first;
    for (const lease of leases) {
      if (!sameLimits(lease.limits, limits) && shareLimit(lease.limits, limits)) {
        this.#endLease(key, lease, 'givenBack');
      }
    }
    return this.#leases.find(key, limits);
  }

  #startLease(key: string, limits: readonly Limit[], cost: number): Lease | undefined {
    if (this.#isClosed || cost > this.#tokens) return undefined;
    const lease = this.#leases.add(key, limits);
    if (lease === undefined) return undefined;
    lease.tick = this.#traffic.ticks;
    this.#setTimer();
    return lease;
  }

  /** Ends a lease. Requests that wait for its tokens still get them. */
  #endLease(key: string, lease: Lease, spare: 'givenBack' | 'dropped'): void {
    this.#leases.remove(key, lease);
    lease.spare = spare;
    this.#traffic.giveBack(key, lease, lease.remaining);
  }

  #tick(): void {
    const traffic = this.#traffic;
    traffic.ticks += 1;
    const isOld = ({ tick }: Lease | LeaseBatch) => traffic.ticks - tick >= TICKS_HELD;
    for (const [key, lease] of this.#leases) if (isOld(lease)) this.#endLease(key, lease, 'givenBack');
    // A batch that never arrives does not prevent others.
    traffic.forgetBatches(isOld);
    this.#timer = undefined;
    if (!this.#leases.isEmpty || traffic.hasBatches) this.#setTimer();
  }

  #setTimer(): void {
    this.#timer ??= outsideRequests(() => setTimeout(() => this.#tick(), TICK_MS).unref());
  }
}
