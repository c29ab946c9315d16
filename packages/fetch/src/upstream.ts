import { type Decision, Overloaded, type Permit, TooManyErrors, TooManyRequests } from '@breaking/core';
import { type Costs, isThenable, withoutStack } from '@breaking/core/internal';
import { BodyWatch } from './bodyWatch.js';
import { Lane, type Sent } from './lane.js';
import type { Settings } from './options.js';
import { type Patience, Queue } from './waiting.js';

/** An attempt that may go out now. */
export interface Passage {
  readonly sent: Sent;
  /** Undefined without a breaker. */
  readonly permit: Permit | undefined;
}

/** What the calls of one key have in common: places, tokens, pauses and a breaker. */
export class Upstream {
  readonly key: string;
  readonly #settings: Settings;
  readonly #lane: Lane;
  readonly #places: Queue;
  #inFlight = 0;
  /** Calls that hold on to this object. */
  calls = 0;

  constructor(settings: Settings, key: string) {
    this.#settings = settings;
    this.key = key;
    this.#lane = new Lane(settings.clock);
    this.#places = new Queue(settings.clock, () => this.#tryTakePlace());
  }

  /** Whether nothing would be lost with this object. */
  get isForgettable(): boolean {
    return this.calls === 0 && this.pausedSecs === 0;
  }

  /** Seconds until calls may go out again; 0 if they may now. */
  get pausedSecs(): number {
    return this.#lane.pausedSecs;
  }

  /** Whether calls are held back at all: without, an answer's word on its quota concerns nobody. */
  get isPaced(): boolean {
    return this.#settings.limiter !== undefined || this.#settings.maxWaitSecs > 0;
  }

  #tryTakePlace(): boolean {
    if (this.#inFlight >= this.#settings.maxInFlight) return false;
    this.#inFlight += 1;
    return true;
  }

  /** Gives a place back. */
  leavePlace(): void {
    this.#inFlight -= 1;
    this.#places.advance();
  }

  /** Waits for a place; undefined where there is one now. Give it back with {@link leavePlace}. */
  takePlace(patience: Patience): Promise<void> | undefined {
    return this.#places.enter(patience, () => withoutStack(() => new Overloaded(this.#settings.name)));
  }

  /** @throws TooManyErrors while the breaker is open: a look, before anything is waited for */
  failFast(): void {
    const breaker = this.#settings.breakers?.get(this.key);
    if (breaker?.isBlockingExecution()) this.#refuse(breaker.retryAfterSecs);
  }

  /**
   * Waits for tokens and for the end of a pause, and then asks the breaker, right before the call: many that wait for an
   * upstream that dies meanwhile do not become as many calls.
   * @throws (rejects with) TooManyRequests, TooManyErrors, or the reason of the patience's signal
   */
  async enter(cost: Costs, patience: Patience): Promise<Passage> {
    const { limiter, breakers } = this.#settings;
    if (limiter !== undefined)
      await patience.spendOn(limiter.wait(this.key, cost, { signal: patience.signal }));
    let sent: Sent | undefined;
    try {
      if (this.isPaced) await this.#lane.enter(patience, () => this.#pausedRefusal());
      sent = this.#lane.sent();
      const breaker = breakers?.get(this.key);
      const permit = breaker?.tryAcquire();
      if (breaker !== undefined && permit === undefined) this.#refuse(breaker.retryAfterSecs);
      return { sent, permit };
    } catch (error) {
      if (sent !== undefined) this.lost(sent);
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

  /** An attempt has brought a head. @param remaining how many more calls the other side would take, if it says so */
  heard(sent: Sent, remaining: number | undefined): void {
    if (this.isPaced) this.#lane.heard(sent, remaining);
  }

  /** An attempt has brought no head. */
  lost(sent: Sent): void {
    if (this.isPaced) this.#lane.lost(sent);
  }

  /** The other side wants no call of this key for so many seconds. Other processes hear of it through a shared store. */
  pause(secs: number): void {
    if (!this.isPaced || secs <= 0) return;
    this.#lane.pause(secs);
    if (this.#settings.limiter !== undefined) quietly(this.#settings.limiter.block(this.key, secs));
  }
}

/** A store that fails has said so on its channel; here nobody waits for it. */
function quietly(answer: void | PromiseLike<void> | undefined): void {
  if (isThenable(answer)) answer.then(undefined, () => {});
}

/** How many upstreams are kept before those that are over are looked for. */
const FEW = 1000;

/** Upstreams by key. One is forgotten with its last call, or when its pause is over. */
export class Upstreams {
  readonly bodies = new BodyWatch();
  readonly #settings: Settings;
  readonly #byKey = new Map<string, Upstream>();
  /** How many are kept before the next look for those that are over. */
  #fewest = FEW;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @param key of the call that begins; it must {@link leave} */
  of(key: string): Upstream {
    const upstream = this.#byKey.get(key) ?? this.#made(key);
    upstream.calls += 1;
    return upstream;
  }

  #made(key: string): Upstream {
    if (this.#byKey.size >= this.#fewest) {
      for (const each of this.#byKey.values()) if (each.isForgettable) this.#byKey.delete(each.key);
      this.#fewest = Math.max(FEW, 2 * this.#byKey.size);
    }
    const upstream = new Upstream(this.#settings, key);
    this.#byKey.set(key, upstream);
    return upstream;
  }

  leave(upstream: Upstream): void {
    upstream.calls -= 1;
    if (upstream.isForgettable) this.#byKey.delete(upstream.key);
  }
}
