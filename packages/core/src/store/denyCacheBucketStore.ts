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

/** Seconds for which a refusal is repeated. Then the store is asked again, since another process may have reset the key. */
const REPEATED_SECS = 1 - 1e-9;

/** Checks and peeks of a key that the store has not answered yet. */
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
 * A store that repeats refusals without asking the store behind it. A refused key owes what it owed at the refusal, less what
 * has drained since; as long as that is too much, requests are refused, for at most a second. A client that repeats refused
 * requests costs the store one question a second.
 *
 * It refuses only what follows from the store's last answer: the limits must have the same values, and the cost must not fit
 * into what that answer left and what has drained since. Near the end of a refusal, the store is asked a round trip
 * too early rather than too late. After the clock steps back, the store is asked.
 *
 * A refund or reset through this store makes it forget the key, and so does a check that is allowed under other limits. It
 * learns of changes by other processes with the store's next answer, at most a second later. While one request asks about a
 * key again, other requests for it wait for that answer. `tokensLeft` does not include what others have taken since.
 *
 * It remembers only refused keys, at most `maxKeys`, and only decisions of the store itself. A forgotten key costs a round
 * trip. It has no timer. Wrap it around a FailoverBucketStore, not the other way round: the breaker there would count its
 * refusals as answers of the store.
 */
export class DenyCacheBucketStore implements BucketStore {
  /** The store behind this one. */
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

  /** Refuses only a caller that would wait too long according to the store's last answer. */
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
    const learn = (decision: Decision) => {
      const valid = decisionIn(decision, limits);
      if (valid !== undefined && limitsAsked(valid).length > 0 && sourceOf(decision) === 'store') {
        this.#refused.learn(key, limits, valid, now);
        if (operation === 'check' && valid.allowed && cost > 0) this.#forgetOthers(key, limits);
      }
      return decision;
    };
    const answer = this.#direct[operation](key, limits, cost, now);
    if (!isThenable(answer)) return learn(answer);

    const asking = this.#asking.get(key) ?? { count: 0 };
    this.#asking.set(key, asking);
    asking.count += 1;
    /** Whether the key was not forgotten since the question. A reset, for example, may be newer than the answer. */
    const isCurrent = () => {
      const current = this.#asking.get(key) === asking;
      asking.count -= 1;
      if (current && asking.count === 0) this.#asking.delete(key);
      return current;
    };
    const learned = answer.then(
      decision => (isCurrent() ? learn(decision) : decision),
      error => {
        isCurrent();
        throw error;
      },
    );
    if (refused !== undefined) {
      const over = () => {
        asking.renewal = undefined;
      };
      asking.renewal ??= learned.then(over, over);
    }
    return learned;
  }

  /** A check under other limits may have counted less of the debt than these limits do, and drained it faster. */
  #forgetOthers(key: string, limits: readonly Limit[]): void {
    if (this.#refused.hasOthers(key, limits)) this.#forget(key);
  }

  #forget(key: string): void {
    this.#refused.forget(key);
    this.#asking.delete(key);
  }

  /** Forgets a key before and after an operation: answers from before or during it do not show the debt afterwards. */
  #forgetting<T>(key: string, operate: () => T | Promise<T>): T | Promise<T> {
    this.#forget(key);
    const done = operate();
    if (!isThenable(done)) return done;
    return Promise.resolve(done).finally(() => this.#forget(key));
  }
}
