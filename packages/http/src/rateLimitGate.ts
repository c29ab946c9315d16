import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import {
  type BucketStore,
  type Decision,
  type Limit,
  type RateLimiter,
  StoreUnavailable,
  TooManyRequests,
} from '@breaking/core';
import { callbackWarning, check, isThenable, withoutStack } from '@breaking/core/internal';
import type { Binding, Refusal } from './binding.js';
import { andThen, askTogether, type MaybePromise } from './callback.js';
import { RequestKeys } from './clientKey/requestKeys.js';
import { Gate } from './gate.js';
import { addFields, setFields } from './headers/fields.js';
import { lastingQuotasOf, type Quotas, quotasOf } from './headers/quota.js';
import { type CheckedRateLimit, checkRateLimit, type RateLimitOptions } from './rateLimitOptions.js';
import {
  QuotaBodies,
  quotaExceeded,
  quotaRefusal,
  refusal,
  refusalFields,
  serviceUnavailable,
  unavailableRefusal,
} from './refusal.js';
import { clashOf } from './request/clashes.js';
import type { Exchange } from './request/exchange.js';
import type { Ending } from './request/outcome.js';
import { noteMadeInHandler, warnRarely } from './request/serverWarnings.js';
import { giveBack, mostRestrictive, type Visit } from './request/visit.js';

/**
 * The rate limit on the requests of one framework: asks the callbacks, takes the tokens, sets the headers, refuses. It is
 * asynchronous only if a callback or the store is.
 */
export class RateLimitGate<X, Req> extends Gate<X, Req> {
  readonly #warn: (error: unknown) => void;
  readonly #options: CheckedRateLimit<Req>;
  readonly #keys: RequestKeys<X, Req>;
  readonly #bodies = new QuotaBodies();
  /** The quotas of the limiter's own limits, and those limits, since they may be replaced. */
  #quotas: Quotas;
  #quotasFor: readonly Limit[];
  /** Whether this is still the turn of the event loop that created this gate. */
  #isNew = false;

  /**
   * @param route the only route behind the gate, if there is one: error messages name it
   * @throws TypeError or RangeError for a wrong option
   */
  constructor(binding: Binding<X, Req>, options: RateLimitOptions<Req>, route?: string) {
    const what = route === undefined ? 'rateLimit' : `rateLimit of ${route}`;
    super(binding, what);
    this.#warn = callbackWarning(`${what}: refundWhen`);
    this.#options = checkRateLimit(what, options);
    this.#keys = new RequestKeys(binding, what, this.#options);
    this.#quotasFor = this.#options.limiter.limits;
    this.#quotas = lastingQuotasOf(this.#quotasFor);
    // Without a server there is no warning. Some of those runtimes also forbid timers outside of requests.
    if (binding.incomingOf !== undefined) this.#beNew();
  }

  #beNew(): void {
    this.#isNew = true;
    setImmediate(() => {
      this.#isNew = false;
    }).unref();
  }

  /** The limiter behind the gate. */
  get limiter(): RateLimiter<BucketStore> {
    return this.#options.limiter;
  }

  /** The key under which a request counts with the limiter. */
  keyOf(x: X): MaybePromise<string> {
    return this.#keys.keyOf(x);
  }

  protected decide(x: X, exchange: Exchange): MaybePromise<Refusal | Error | undefined> {
    if (this.#isNew) {
      const server = this.#serverOf(x);
      if (server !== undefined) noteMadeInHandler(server, this.what);
    }
    const { skip, formats } = this.#options;
    const visit: Visit = {
      limiter: this.#options.limiter,
      formats,
      quotas: this.#quotas,
      key: '',
      cost: 1,
      limits: undefined,
      decision: undefined,
      isEnforced: true,
    };
    exchange.visit(visit);
    if (skip === undefined) return this.#ask(x, exchange, visit);
    return andThen(skip(this.binding.requestOf(x)), isSkipped =>
      isSkipped ? undefined : this.#ask(x, exchange, visit),
    );
  }

  /**
   * Finds out how many tokens to take, and from which bucket. No token is taken before all callbacks have returned valid
   * results.
   */
  #ask(x: X, exchange: Exchange, visit: Visit): MaybePromise<Refusal | Error | undefined> {
    const { costOf, limitsOf } = this.#options;
    if (costOf === undefined && limitsOf === undefined) {
      const key = this.#keys.keyOf(x);
      if (!isThenable(key)) return this.#check(x, exchange, visit, key);
      return Promise.resolve(key).then(found => this.#check(x, exchange, visit, found));
    }
    const keyOf = () => this.#keys.keyOf(x);
    const answers = askTogether([keyOf, costOf, limitsOf], this.binding.requestOf(x));
    return andThen(answers, ([key = '', cost, limits]) => {
      if (costOf !== undefined) visit.cost = check.whole(`${this.what}: costOf`, cost, 0);
      if (limitsOf !== undefined && limits === undefined) {
        throw new TypeError(`${this.what}: limitsOf must return limits, got undefined`);
      }
      visit.limits = limits;
      return this.#check(x, exchange, visit, key);
    });
  }

  #check(x: X, exchange: Exchange, visit: Visit, key: string): MaybePromise<Refusal | Error | undefined> {
    visit.key = key;
    const { limiter } = this.#options;
    if (limiter.limits !== this.#quotasFor) {
      this.#quotasFor = limiter.limits;
      this.#quotas = lastingQuotasOf(limiter.limits);
    }
    // The quotas of the limits that decide, even if they are replaced before the store answers.
    visit.quotas = this.#quotas;
    const decision = limiter.check(key, visit.cost, visit.limits);
    if (!isThenable(decision)) return this.#follow(x, exchange, visit, decision);
    return Promise.resolve(decision).then(decided => this.#follow(x, exchange, visit, decided));
  }

  #follow(
    x: X,
    exchange: Exchange,
    visit: Visit,
    decision: Decision,
  ): MaybePromise<Refusal | Error | undefined> {
    visit.decision = decision;
    visit.isEnforced = this.#options.limiter.enforces(visit.key);
    if (visit.limits !== undefined) visit.quotas = quotasOf(decision.limits);
    if (!decision.allowed) {
      const counting = this.#options.strikes?.count(visit.key, decision, visit.isEnforced);
      if (counting !== undefined) exchange.waitUntil(counting);
    }
    this.binding.setDecision(x, mostRestrictive(exchange.visits) ?? decision);
    const clash = clashOf(exchange.visits, visit);
    if (clash !== undefined) {
      warnRarely(this.#serverOf(x) ?? this, clash.code, `${this.what}: ${clash.message}`);
    }
    if (!decision.allowed) this.#options.onRefused?.(decision, this.binding.requestOf(x));
    if (!decision.allowed && visit.isEnforced) return this.#refuse(x, exchange, decision);
    // Other code may have sent a response while a callback or the store was pending.
    if (visit.isEnforced && !this.binding.isAnswered(x)) {
      for (const format of visit.formats) setFields(format, exchange.visits, this.binding, x);
    }
    if (decision.allowed) this.#refundOnceSettled(x, exchange, visit);
    return undefined;
  }

  #serverOf(x: X): object | undefined {
    return this.binding.incomingOf?.(x).socket?.server;
  }

  #refuse(x: X, exchange: Exchange, decision: Decision): MaybePromise<Refusal | Error> {
    const { problem, rejectWith } = this.#options;
    const { retryAfterSecs } = decision;
    exchange.refusals += 1;
    const fields = refusalFields(retryAfterSecs);
    addFields(exchange.visits, fields);
    // Only a failing store refuses without a violated limit.
    const isQuota = decision.violated.length > 0 || decision.blocked;
    if (rejectWith === 'error') {
      return withoutStack(() =>
        isQuota ? new TooManyRequests(decision, fields) : new StoreUnavailable(retryAfterSecs, fields),
      );
    }
    if (problem === undefined) {
      return isQuota ? quotaRefusal(this.#bodies.of(decision), fields) : unavailableRefusal(fields);
    }
    const rejection = isQuota ? quotaExceeded(decision) : serviceUnavailable(retryAfterSecs, decision);
    const body = problem(rejection, this.binding.requestOf(x));
    return andThen(body, value => refusal(this.what, rejection, value, fields));
  }

  #refundOnceSettled(x: X, exchange: Exchange, visit: Visit): void {
    const { clock, refundWhen } = this.#options;
    if (refundWhen === undefined || visit.cost === 0) return;
    const req = this.binding.requestOf(x);
    const inContext = AsyncLocalStorage.snapshot();
    const since = clock.secondsSinceEpoch();
    const refund = async (ending: Ending) => {
      const durationSecs = Math.max(0, clock.secondsSinceEpoch() - since);
      try {
        if (await refundWhen({ ...ending, durationSecs }, req)) await giveBack(visit);
      } catch (error) {
        this.#warn(error);
      }
    };
    exchange.watch({ ended: ending => exchange.waitUntil(inContext(refund, ending)) });
  }
}
