import { knownOptions, whole } from '../base/check.js';
import { isThenable } from '../base/thenable.js';
import { longestWait } from '../bucket/debt.js';
import { limitsAsked } from '../bucket/decided.js';
import { sourceOf } from '../bucket/decidedRequest.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import { decisionIn } from './answer.js';
import { RefusedKeys } from './refusedKeys.js';
import type { Lockout, Reservations, ReserveOptions, Want } from './reservation.js';
import {
  asStore,
  type BucketStore,
  behind,
  type Decider,
  directly,
  type FullStore,
  KEEPS_REFUSALS,
  STANDS_IN,
  says,
} from './store.js';

/** Seconds for which a refusal is repeated. Then the store is asked again, since the key may have been reset elsewhere. */
const REPEATED_SECS = 1 - 1e-9;

/** Checks of a key, and looks at it, that the store has not answered yet. */
interface Asking {
  count: number;
  /** Settles with the answer to a request whose refusal was too old to be repeated. */
  renewal?: Promise<void> | undefined;
}

/** The options of a {@link DenyCacheBucketStore}. */
export interface DenyCacheOptions {
  readonly store: BucketStore;
  /** How many refused keys are remembered: a whole number, at least 2; default 100,000. */
  readonly maxKeys?: number | undefined;
}

/**
 * A store that refuses by itself, without asking the one behind it, for as long as that store would, but at most for a
 * second: a key that was refused owes what it owed then, less what has drained since. A client that hammers a refused key
 * costs the store one question a second.
 *
 * It refuses only what the store's last answer proves: the same limits by value, and a cost that does not fit into
 * what that answer left and what has drained since. A request gets through a round trip too early rather than too late.
 * After the clock steps back, it asks.
 *
 * A refund or reset through this store, and a check that is allowed under other limits, make it forget the key. It learns of
 * those in other processes with the store's next answer, a second later at most. While one request asks for a key again,
 * requests that come meanwhile wait for its answer. `tokensLeft` does not include what others have taken since.
 *
 * It remembers refused keys only, at most `maxKeys`. A key that it forgets costs a round trip. It has no timer.
 * Put it around a FailoverBucketStore, not inside: that one's breaker would take its answers for the store's. It never
 * remembers a decision that is not the store's.
 */
export class DenyCacheBucketStore implements BucketStore {
  /** The store behind it. */
  readonly store: BucketStore;
  readonly [STANDS_IN]: boolean;
  readonly [KEEPS_REFUSALS] = true;
  readonly #behind: FullStore;
  readonly #direct: Decider;
  readonly #maxKeys: number;
  readonly #refused: RefusedKeys;
  readonly #asking = new Map<string, Asking>();

  constructor(options: DenyCacheOptions) {
    const what = 'DenyCacheBucketStore';
    knownOptions(what, options, ['store', 'maxKeys']);
    this.store = asStore(`${what}: store`, options.store);
    this.#behind = behind(this, this.store);
    this.#direct = directly(this.store);
    this[STANDS_IN] = says(this.store, STANDS_IN);
    const { maxKeys = 100_000 } = options;
    this.#maxKeys = whole(`${what}: maxKeys`, maxKeys, 2);
    this.#refused = new RefusedKeys(maxKeys);
  }

  get deadlineSecs(): number | undefined {
    return this.store.deadlineSecs;
  }

  withDeadline(secs: number): DenyCacheBucketStore {
    const store = this.store.withDeadline?.(secs) ?? this.store;
    return new DenyCacheBucketStore({ store, maxKeys: this.#maxKeys });
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#decide('check', key, limits, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#decide('peek', key, limits, cost, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void> {
    return this.#forgetting(key, () => this.store.refund(key, limits, n, now));
  }

  reset(key: string, now: number): void | Promise<void> {
    return this.#forgetting(key, () => this.store.reset(key, now));
  }

  take(key: string, limits: readonly Limit[], n: number, now: number): number | Promise<number> {
    this.#forgetOthers(key, limits);
    return this.#behind.take(key, limits, n, now);
  }

  /** Refuses by itself only a caller that would wait too long by what the store last said. */
  reserve(
    key: string,
    wants: readonly Want[],
    options: ReserveOptions,
    now: number,
  ): Reservations | Promise<Reservations> {
    const [want] = wants;
    if (want !== undefined && options.withdrawn.length === 0) {
      const known = this.#refused.find(key, want.limits);
      const decision = known?.refusal(want.cost, now, 'denyCache');
      const isTrue = known !== undefined && known.age(now) < REPEATED_SECS;
      if (isTrue && decision !== undefined && decision.retryAfterSecs > longestWait(want.maxWaitSecs)) {
        return { made: [{ decision, at: now, undo: undefined }], movedSecs: undefined };
      }
      this.#forgetOthers(key, want.limits);
    }
    const ask = () => this.#behind.reserve(key, wants, options, now);
    return options.withdrawn.length > 0 ? this.#forgetting(key, ask) : ask();
  }

  block(key: string, limits: readonly Limit[], secs: number, now: number): void | Promise<void> {
    return this.#forgetting(key, () => this.#behind.block(key, limits, secs, now));
  }

  strike(key: string, limits: readonly Limit[], lockout: Lockout, now: number): number | Promise<number> {
    const struck = (secs: number) => {
      if (secs > 0) this.#forget(key);
      return secs;
    };
    const answer = this.#behind.strike(key, limits, lockout, now);
    return isThenable(answer) ? answer.then(struck) : struck(answer);
  }

  #decide(
    operation: 'check' | 'peek',
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
    mayWait = true,
  ): Decision | Promise<Decision> {
    const known = this.#refused.find(key, limits);
    const refused = known?.refusal(cost, now, 'denyCache');
    if (known !== undefined && refused !== undefined) {
      const canNeverFit = limits.some(limit => cost > limit.capacityMax);
      if (canNeverFit || known.age(now) < REPEATED_SECS) return refused;
      const renewal = this.#asking.get(key)?.renewal;
      if (renewal !== undefined && mayWait) {
        return renewal.then(() => this.#decide(operation, key, limits, cost, now, false));
      }
    }
    const heard = (told: Decision) => {
      const decision = decisionIn(told, limits);
      if (decision !== undefined && limitsAsked(decision).length > 0 && sourceOf(told) === 'store') {
        this.#refused.learn(key, limits, decision, now);
        if (operation === 'check' && decision.allowed && cost > 0) this.#forgetOthers(key, limits);
      }
      return told;
    };
    const answer = this.#direct[operation](key, limits, cost, now);
    if (!isThenable(answer)) return heard(answer);

    const asking = this.#asking.get(key) ?? { count: 0 };
    this.#asking.set(key, asking);
    asking.count += 1;
    /** Whether the key was not forgotten while this was asked. Otherwise the answer may be older than the reset, say, that made it forget. */
    const isCurrent = () => {
      const current = this.#asking.get(key) === asking;
      asking.count -= 1;
      if (current && asking.count === 0) this.#asking.delete(key);
      return current;
    };
    const told = answer.then(
      decision => (isCurrent() ? heard(decision) : decision),
      error => {
        isCurrent();
        throw error;
      },
    );
    if (refused !== undefined) {
      const over = () => {
        asking.renewal = undefined;
      };
      asking.renewal ??= told.then(over, over);
    }
    return told;
  }

  /** A check under other limits may have counted less of the debt than these do, and drained it faster. */
  #forgetOthers(key: string, limits: readonly Limit[]): void {
    if (this.#refused.hasOthers(key, limits)) this.#forget(key);
  }

  #forget(key: string): void {
    this.#refused.forget(key);
    this.#asking.delete(key);
  }

  /** Forgets a key before an operation and after it: no answer from before or meanwhile says what the key owes then. */
  #forgetting<T>(key: string, operate: () => T | Promise<T>): T | Promise<T> {
    this.#forget(key);
    const done = operate();
    if (!isThenable(done)) return done;
    return Promise.resolve(done).finally(() => this.#forget(key));
  }
}
