import { shown } from '../../base/check.js';
import { outsideRequests } from '../../base/outsideRequests.js';
import { limitsAsked } from '../../bucket/decided.js';
import type { Decision } from '../../bucket/decision.js';
import { type Limit, shareLimit } from '../../bucket/policy.js';
import { decisionIn } from '../answer.js';
import type { BucketStore } from '../store.js';
import type { Lease } from './lease.js';
import { LeaseBatch } from './leaseBatch.js';

/** What is sent between the leases and the store: batches, single requests, and returned tokens. */
export class LeaseTraffic {
  readonly #store: BucketStore;
  readonly #tokens: number;
  readonly #patienceMs: number;
  /** The batch of each key that is on its way. */
  readonly #batches = new Map<string, LeaseBatch>();
  /** How many operations the store has not answered yet. */
  #pending = 0;
  /** Called once there are none. */
  readonly #whenSettled: (() => void)[] = [];
  /** Whether the last batch took longer than requests wait. True until the first batch has arrived. */
  #isFar = true;
  /** The limiter's latest reading of its clock, used for returning tokens while no request comes. */
  now = 0;
  /** How often the timer has fired. */
  ticks = 0;

  /**
   * @param tokens the most tokens of one key that this process holds
   * @param patienceMs how long a request waits for a batch
   */
  constructor(store: BucketStore, tokens: number, patienceMs: number) {
    this.#store = store;
    this.#tokens = tokens;
    this.#patienceMs = patienceMs;
  }

  get isFar(): boolean {
    return this.#isFar;
  }

  get hasBatches(): boolean {
    return this.#batches.size > 0;
  }

  batchOf(key: string): LeaseBatch | undefined {
    return this.#batches.get(key);
  }

  /** The batch of these limits of the key that is on its way, unless it takes too long to wait for. */
  batchFor(key: string, limits: readonly Limit[]): LeaseBatch | undefined {
    const batch = this.#batches.get(key);
    return batch !== undefined && !batch.isLate && shareLimit(batch.lease.limits, limits) ? batch : undefined;
  }

  sendBatch(key: string, lease: Lease, now: number): LeaseBatch {
    const batch = new LeaseBatch(lease, this.ticks);
    this.#batches.set(key, batch);
    this.#track(() => this.#fetchBatch(key, batch, now));
    return batch;
  }

  /** Forgets batches that should have arrived before this tick, so that others can be requested. */
  forgetBatches(isOld: (batch: LeaseBatch) => boolean): void {
    for (const [key, batch] of this.#batches) if (isOld(batch)) this.#batches.delete(key);
  }

  /** Removes `n` tokens from the lease and returns them to the store, unless a reset has filled the key. */
  giveBack(key: string, lease: Lease, n: number): void {
    if (n === 0) return;
    lease.release(n);
    if (lease.spare === 'dropped') return;
    this.#track(async () => this.#store.refund(key, lease.limits, n, this.now));
  }

  /** Resolves when the store has answered everything that it was asked, including later questions. */
  async settled(): Promise<void> {
    if (this.#pending > 0) await new Promise<void>(resolve => this.#whenSettled.push(resolve));
  }

  /** Fetches a batch for all requests of this turn, and for later ones. */
  async #fetchBatch(key: string, batch: LeaseBatch, now: number): Promise<void> {
    await undefined;
    const { lease } = batch;
    const n = lease.batch(batch.needed, now, this.#tokens);
    const isWorthIt = lease.spare === 'kept' && n > 0 && !batch.isForOne(n);
    if (!isWorthIt) return this.#settleBatch(key, batch, false);

    lease.ask(n, now, this.#tokens);
    const expire = () => {
      this.#isFar = true;
      batch.isLate = true;
      this.#serve(key, batch, false);
    };
    const late = outsideRequests(() => setTimeout(expire, this.#patienceMs).unref());
    try {
      const answer = await this.#store.check(key, lease.limits, n, now);
      lease.hearOfBatch(asDecision(answer, lease.limits), n, now);
      lease.tick = this.ticks;
      if (!batch.isLate) this.#isFar = false;
    } catch (error) {
      lease.lose();
      batch.reject(error);
    }
    clearTimeout(late);
    this.#settleBatch(key, batch, true);
  }

  #settleBatch(key: string, batch: LeaseBatch, hasAnswer: boolean): void {
    if (this.#batches.get(key) === batch) this.#batches.delete(key);
    this.#serve(key, batch, hasAnswer);
  }

  /**
   * Decides all requests that wait for a batch. Those that it cannot serve ask the store singly, after the held tokens
   * went back.
   */
  #serve(key: string, batch: LeaseBatch, hasAnswer: boolean): void {
    const { lease } = batch;
    const rest = batch.serve(hasAnswer);
    const isKept = rest.length === 0 && lease.spare === 'kept';
    // If a batch arrives too late for its requests, all but `tokens` of it go back.
    this.giveBack(key, lease, isKept ? Math.max(0, lease.remaining - this.#tokens) : lease.remaining);
    for (const { cost, now, resolve } of rest) resolve(this.decideAlone(key, lease, cost, now));
  }

  /** Asks the store for one request: while nothing is held or on its way, that takes one promise. */
  decideAlone(key: string, lease: Lease, cost: number, now: number): Promise<Decision> {
    // If there is no time to ask twice, held tokens are returned first, and those on their way count as lost.
    if (this.#isFar) this.giveBack(key, lease, lease.remaining);
    const batch = this.batchFor(key, lease.limits);
    return lease.remaining === 0 && batch === undefined
      ? this.#checkAlone(key, lease, cost, now, answered)
      : this.#decideBeside(batch, key, lease, cost, now);
  }

  /**
   * Asks the store for one request. If it refuses, but the request would fit with tokens that are held or on their way,
   * those are returned and the store is asked once more.
   */
  async #decideBeside(
    batch: LeaseBatch | undefined,
    key: string,
    lease: Lease,
    cost: number,
    now: number,
  ): Promise<Decision> {
    const both = (decision: Decision, withHeld: Decision) => [decision, withHeld] as const;
    const [decision, withHeld] = await this.#checkAlone(key, lease, cost, now, both);
    if (decision.allowed) return withHeld;
    await batch?.over;
    const taken = lease.take(cost, now);
    if (taken !== undefined || this.#isFar) return taken ?? decision;
    const refused = lease.withHeld(decision, cost);
    const isElsewhere = batch !== undefined && batch.lease !== lease;
    if (!refused.allowed && !isElsewhere) return refused;
    this.giveBack(key, lease, lease.remaining);
    return this.#checkAlone(key, lease, cost, now, answered);
  }

  /** @param answer is called with the store's decision on one request, as it is and with the held tokens added */
  #checkAlone<T>(
    key: string,
    lease: Lease,
    cost: number,
    now: number,
    answer: (decision: Decision, withHeld: Decision) => T,
  ): Promise<T> {
    return promised(() => this.#store.check(key, lease.limits, cost, now)).then(said => {
      const decision = asDecision(said, lease.limits);
      lease.tick = this.ticks;
      if (cost <= this.#tokens) lease.hearOfRequest(decision, cost, now);
      return answer(decision, lease.withHeld(decision, cost));
    });
  }

  #track(operate: () => Promise<void>): void {
    const settle = () => {
      this.#pending -= 1;
      if (this.#pending === 0) for (const resolve of this.#whenSettled.splice(0)) resolve();
    };
    this.#pending += 1;
    operate().then(settle, settle);
  }
}

/** The answer to a request. A refusal stays one, whatever is held. */
function answered(decision: Decision, withHeld: Decision): Decision {
  return decision.allowed ? withHeld : decision;
}

function promised<T>(ask: () => T | PromiseLike<T>): Promise<T> {
  try {
    return Promise.resolve(ask());
  } catch (error) {
    return Promise.reject(error);
  }
}

function asDecision(answer: unknown, limits: readonly Limit[]): Decision {
  const decision = decisionIn(answer, limits);
  if (decision !== undefined && limitsAsked(decision).length > 0) return decision;
  throw new TypeError(`store.check must return a Decision about its limits, got ${shown(answer)}`);
}
