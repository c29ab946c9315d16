import { decisionIn } from './answer.js';
import { knownOptions, shown, whole } from './check.js';
import { within } from './deadline.js';
import { type Decision, sourceOf } from './decision.js';
import { FailoverBucketStore } from './failoverBucketStore.js';
import { Lease, type Waiting } from './lease.js';
import { LARGEST_CAPACITY, type Limit, sameLimits, shareLimit } from './policy.js';
import { type BucketStore, isStore, isThenable } from './store.js';

/** The timer's period, and after how many of them without an answer of the store a lease ends: 1 to 1.5 seconds. */
const TICK_MS = 500;
const TICKS_HELD = 3;

/** How many leases there may be at a time; requests of other keys go to the store one by one. */
const MOST_LEASES = 10_000;

/** How long `close` waits for the store at most. */
const CLOSING_SECS = 1;

export interface LeaseOptions {
  readonly store: BucketStore;
  /** The most tokens that this process holds of one key: a whole number from 1 to 1e12. */
  readonly tokens: number;
}

/**
 * A store that takes tokens of a hot key from the one behind it in batches, and gives them out without asking: one round
 * trip for many decisions. A batch is a check of that cost, so it is taken from all limits of the key or from none.
 *
 * A key's first batch is one request, and each is at most twice what the one before gave out, what the key uses in a tenth
 * of a second, half of what the store has left, and `tokens`; so a cold key holds nothing. A key has one batch on its way:
 * requests that come meanwhile wait for it, and the next is for all who wait by then. Where a batch does not fit, smaller ones
 * are asked for, down to what the first in line needs: none is refused that the store would allow. Costs above `tokens` go to
 * the store as they are.
 *
 * What is not used within a second of the store's last answer on the key is not given out any more and goes back, by a
 * timer that exists only while there are leases and keeps no process alive; so does all of it on {@link close}. Tokens of a
 * process that ends without are lost. Each key and set of limits has a lease of its own; those that share a limit's name,
 * and so a bucket, take turns.
 *
 * N processes let through at most `capacityMax + restoreRateHz · L + N · tokens` in any L seconds: what is held while the
 * bucket fills comes on top of it. `tokensLeft` and the waits are what the store last said, less what this process has given
 * out since; what others took since, or hold, is not in them.
 *
 * An error of the store is that of everybody who waits for it. Put a FailoverBucketStore around this store, not inside:
 * tokens that something else than the store gave must not go back to it.
 */
export class LeaseBucketStore implements BucketStore {
  readonly #store: BucketStore;
  readonly #tokens: number;
  readonly #leases = new Map<string, Lease[]>();
  #count = 0;
  /** The limiter's latest reading of its clock, for what goes back when nobody asks. */
  #now = 0;
  #ticks = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Ways to the store and back that have not ended. None rejects. */
  readonly #pending = new Set<Promise<void>>();

  constructor(options: LeaseOptions) {
    const what = 'LeaseBucketStore';
    knownOptions(what, options, ['store', 'tokens']);
    this.#store = isStore(`${what}: store`, options.store);
    if (options.store instanceof FailoverBucketStore) {
      throw new TypeError(
        `${what}: store must not be a FailoverBucketStore, which belongs around the leases`,
      );
    }
    this.#tokens = whole(`${what}: tokens`, options.tokens, 1, LARGEST_CAPACITY);
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    this.#now = now;
    const lease = this.#leaseOf(key, limits);
    if (cost === 0) return this.#looked(lease, 0, now) ?? this.#checkAlone(key, limits, 0, now, lease);
    if (cost > this.#tokens) return this.#checkAlone(key, limits, cost, now, lease);
    if (lease === undefined) {
      if (this.#isClosed || this.#count >= MOST_LEASES) return this.#store.check(key, limits, cost, now);
      return this.#wait(key, this.#begin(key, limits), cost, now);
    }
    const taken = lease.isRefilling ? undefined : lease.take(cost, now);
    return taken ?? this.#wait(key, lease, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    this.#now = now;
    const lease = this.#leaseOf(key, limits);
    const looked = this.#looked(lease, cost, now);
    if (looked !== undefined) return looked;
    const answer = this.#store.peek(key, limits, cost, now);
    if (lease === undefined) return answer;
    return isThenable(answer) ? answer.then(seen => lease.seen(seen, cost)) : lease.seen(answer, cost);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void> {
    this.#now = now;
    for (const lease of this.#leases.get(key) ?? []) lease.putBack(limits, n);
    return this.#store.refund(key, limits, n, now);
  }

  reset(key: string): void | Promise<void> {
    for (const lease of [...(this.#leases.get(key) ?? [])]) this.#end(key, lease, 'dropped');
    return this.#store.reset(key);
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
    await within('close', CLOSING_SECS, this.#ended()).catch(() => {});
  }

  async #ended(): Promise<void> {
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

  #begin(key: string, limits: readonly Limit[]): Lease {
    const lease = new Lease(limits);
    lease.tick = this.#ticks;
    const leases = this.#leases.get(key);
    if (leases === undefined) this.#leases.set(key, [lease]);
    else leases.push(lease);
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
    this.#clear(key, lease);
  }

  #tick(): void {
    this.#ticks += 1;
    for (const [key, leases] of this.#leases) {
      for (const lease of [...leases]) {
        if (this.#ticks - lease.tick >= TICKS_HELD) this.#end(key, lease, 'givenBack');
      }
    }
    this.#timer = this.#leases.size > 0 ? setTimeout(() => this.#tick(), TICK_MS).unref() : undefined;
  }

  /** Tokens that are held leave the lease, back to the store unless they are to be dropped. */
  #clear(key: string, lease: Lease): void {
    const n = lease.empty();
    if (n === 0 || lease.spare === 'dropped') return;
    this.#track(async () => this.#store.refund(key, lease.limits, n, this.#now));
  }

  #track(operate: () => Promise<void>): void {
    const ended: Promise<void> = operate()
      .catch(() => {})
      .finally(() => this.#pending.delete(ended));
    this.#pending.add(ended);
  }

  #looked(lease: Lease | undefined, cost: number, now: number): Decision | undefined {
    return lease === undefined || lease.isRefilling ? undefined : lease.look(cost, now);
  }

  /** Asks the store for one request alone; if it fits only with what is held here, that goes back first. */
  async #checkAlone(
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
    lease: Lease | undefined,
  ): Promise<Decision> {
    const decision = await this.#store.check(key, limits, cost, now);
    if (lease === undefined) return decision;
    const seen = lease.seen(decision, cost);
    if (decision.allowed || !seen.allowed) return seen;
    this.#clear(key, lease);
    return this.#store.check(key, limits, cost, now);
  }

  #wait(key: string, lease: Lease, cost: number, now: number): Promise<Decision> {
    return new Promise((resolve, reject) => {
      lease.waiting.push({ cost, now, resolve, reject });
      if (!lease.isRefilling) this.#track(() => this.#refill(key, lease));
    });
  }

  /**
   * Takes batches for as long as anybody waits, one after the other. Whoever is answered may ask again before anything else
   * happens, so what the lease is like then has to be known when the answers are given.
   */
  async #refill(key: string, lease: Lease): Promise<void> {
    lease.isRefilling = true;
    try {
      while (lease.isRefilling) {
        const first = lease.waiting[0] as Waiting;
        const decision = await this.#takeBatch(key, lease, first);
        lease.tick = this.#ticks;
        lease.settle(first, sourceOf(decision));
        if (lease.waiting[0] === first) {
          // Rounding, or the tokens held went elsewhere meanwhile: the store has the last word.
          lease.waiting.shift();
          first.resolve(this.#checkAlone(key, lease.limits, first.cost, first.now, lease));
        }
        lease.isRefilling = lease.waiting.length > 0;
      }
    } catch (error) {
      lease.isRefilling = false;
      for (const { reject } of lease.waiting.splice(0)) reject(error);
    }
    if (lease.spare !== 'kept') this.#clear(key, lease);
  }

  /** Takes what the first in line needs, and as much more as the store has and is of use. */
  async #takeBatch(key: string, lease: Lease, first: Waiting): Promise<Decision> {
    const { now } = lease.waiting.at(-1) as Waiting;
    if (!lease.isFresh(now)) this.#clear(key, lease);
    const need = first.cost - lease.remaining;
    let n = lease.batch(need, now, this.#tokens);
    let decision = await this.#ask(key, lease.limits, n, now);
    while (!decision.allowed && n > need) {
      const there = Math.min(...decision.limits.map(limit => limit.tokensLeft));
      if (there < need) break;
      n = Math.max(need, Math.min(there, lease.demand, n - 1));
      decision = await this.#ask(key, lease.limits, n, now);
    }
    lease.hear(decision, n, now);
    return decision;
  }

  async #ask(key: string, limits: readonly Limit[], n: number, now: number): Promise<Decision> {
    const answer = await this.#store.check(key, limits, n, now);
    const decision = decisionIn(answer, limits);
    if (decision !== undefined && decision.limits.length > 0) return decision;
    throw new TypeError(`store.check must answer with a Decision on its limits, got ${shown(answer)}`);
  }
}
