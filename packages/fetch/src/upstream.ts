import {
  type BucketStore,
  type ConcurrencyLimiter,
  type Decision,
  Overloaded,
  type Permit,
  type RateLimiter,
  TooManyErrors,
  TooManyRequests,
} from '@breaking/core';
import { type Costs, isThenable, withoutStack } from '@breaking/core/internal';
import type { QuotaLeft } from './head/quotaLeft.js';
import { Lane, type Sent } from './lane.js';
import type { Settings } from './options.js';
import { type Patience, Queue } from './waiting.js';

/** An attempt that may go out now. */
export interface Passage {
  /** Undefined where calls are not held back. */
  readonly sent: Sent | undefined;
  /** Undefined without a breaker. */
  readonly permit: Permit | undefined;
}

/** What the calls of one key have in common: places, tokens, pauses and a breaker. */
export class Upstream {
  readonly key: string;
  readonly #settings: Settings;
  readonly #lane: Lane;
  readonly #places: ConcurrencyLimiter | undefined;
  readonly #waitingForPlaces: Queue<Permit>;
  /** How many calls use this object now. */
  calls = 0;

  constructor(settings: Settings, key: string) {
    this.#settings = settings;
    this.key = key;
    this.#lane = new Lane(settings.clock);
    this.#places = settings.places?.get(key);
    this.#waitingForPlaces = new Queue(settings.clock, () => this.#tryTakePlace());
  }

  /** Whether this object has no state that is worth keeping. */
  get isForgettable(): boolean {
    return this.calls === 0 && this.pausedSecs === 0;
  }

  /** Seconds until calls may go out again; 0 if they may now. */
  get pausedSecs(): number {
    return this.#lane.pausedSecs;
  }

  /** Whether calls are ever held back. If not, the quota in a response does not matter. */
  get isPaced(): boolean {
    return this.#settings.limiter !== undefined || this.#settings.maxWaitSecs > 0;
  }

  /** Whether no place is free now. */
  get isFull(): boolean {
    const places = this.#places;
    return places !== undefined && places.inFlight >= places.limit;
  }

  /** The channel gets calls that take a place and calls that are refused for good, but not calls that still wait. */
  #tryTakePlace(): Permit | undefined {
    return this.isFull ? undefined : this.#places?.tryAcquire();
  }

  /** Waits for one of the places; `maxInFlight` must be set. Give it back with {@link leavePlace}. */
  takePlace(patience: Patience): Permit | Promise<Permit> {
    return this.#waitingForPlaces.enter(patience, () => {
      this.#places?.tryAcquire()?.ignore();
      return withoutStack(() => new Overloaded(this.#settings.name));
    });
  }

  leavePlace(place: Permit): void {
    place.success();
    this.#waitingForPlaces.advance();
  }

  /** Looks at the breaker before the call waits for anything. @throws TooManyErrors while it is open */
  failFast(): void {
    const breaker = this.#settings.breakers?.get(this.key);
    if (breaker?.isBlockingExecution()) this.#refuse(breaker.retryAfterSecs);
  }

  /**
   * Waits for tokens and for the end of a pause, and then asks the breaker, right before the call. So if the upstream dies
   * meanwhile, the waiting calls are not all sent.
   * @throws (rejects with) TooManyRequests, TooManyErrors, or the reason of the patience's signal
   */
  async enter(cost: Costs, patience: Patience): Promise<Passage> {
    const { limiter, breakers, clock } = this.#settings;
    if (limiter !== undefined) {
      const since = clock.secondsSinceEpoch();
      await limiter.wait(this.key, cost, { signal: patience.signal, maxWaitSecs: patience.leftSecs });
      patience.spendSince(since);
    }
    let sent: Sent | undefined;
    try {
      if (this.isPaced) {
        const turn = this.#lane.enter(patience, () => this.#pausedRefusal());
        sent = typeof turn === 'symbol' ? turn : await turn;
      }
      const breaker = breakers?.get(this.key);
      const permit = breaker?.tryAcquire();
      if (breaker !== undefined && permit === undefined) this.#refuse(breaker.retryAfterSecs);
      return { sent, permit };
    } catch (error) {
      this.lost(sent);
      this.#giveBack(cost);
      throw error;
    }
  }

  #giveBack(cost: Costs): void {
    const { limiter } = this.#settings;
    for (const { name, capacityMax, restoreRateHz } of limiter?.limits ?? []) {
      const n = typeof cost === 'number' ? cost : (cost[name] ?? 0);
      if (n > 0) quietly(limiter?.refund(this.key, n, { [name]: { capacityMax, restoreRateHz } }));
    }
  }

  #refuse(retryAfterSecs: number): never {
    throw withoutStack(() => new TooManyErrors(retryAfterSecs, this.#settings.name));
  }

  #pausedRefusal(): Error {
    const decision: Decision = {
      allowed: false,
      limits: [],
      violated: [],
      blocked: true,
      retryAfterSecs: this.pausedSecs,
    };
    return withoutStack(() => new TooManyRequests(decision));
  }

  /** An attempt has received the headers of a response. @param left the quota that they show */
  heard(sent: Sent | undefined, left: QuotaLeft | undefined): void {
    if (sent !== undefined) this.#lane.heard(sent, left?.remaining, left?.resetSecs);
  }

  /** An attempt has ended without a response. */
  lost(sent: Sent | undefined): void {
    if (sent !== undefined) this.#lane.lost(sent);
  }

  /** Sends no call of this key for so many seconds. With a shared store, neither do other processes. */
  pause(secs: number): void {
    if (!this.isPaced || secs <= 0 || !this.#lane.pause(secs)) return;
    if (this.#settings.limiter !== undefined) quietly(this.#block(this.#settings.limiter, secs));
  }

  /** Blocks the key, unless it is blocked for longer: by another process, or by an operator. */
  async #block(limiter: RateLimiter<BucketStore>, secs: number): Promise<void> {
    const { blocked, retryAfterSecs } = await limiter.peek(this.key, 0);
    if (!blocked || retryAfterSecs < secs) await limiter.block(this.key, secs);
  }
}

/** Ignores the failure of a store: the store's own channel has it. */
function quietly(answer: void | PromiseLike<void> | undefined): void {
  if (isThenable(answer)) answer.then(undefined, () => {});
}
