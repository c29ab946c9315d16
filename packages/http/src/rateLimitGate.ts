import { type Decision, StoreUnavailable, sourceOf, TooManyRequests } from '@breaking/core';
import { callbackWarning, check, isThenable, withoutStack } from '@breaking/core/internal';
import type { Binding, Gate, Refusal } from './binding.js';
import { errorsOnly } from './callback.js';
import { AddressKeys, callerKey } from './clientKey/addressKey.js';
import { addFields, setFields } from './headers/fields.js';
import { lastingQuotasOf, type Quotas, quotasOf } from './headers/quota.js';
import { andThen, type MaybePromise } from './maybePromise.js';
import { type CheckedRateLimit, checkRateLimit, type RateLimitOptions } from './rateLimitOptions.js';
import {
  quotaExceeded,
  quotaRefusal,
  refusal,
  refusalFields,
  serviceUnavailable,
  unavailableRefusal,
} from './refusal.js';
import { Exchange } from './request/exchange.js';
import { mostRestrictive, type Visit } from './request/visit.js';

/**
 * The rate limit on the requests of one framework: asks the callbacks, takes the tokens, sets the headers, refuses.
 * Nothing in it is asynchronous but what a callback or the store makes so.
 */
export class RateLimitGate<X, Req> implements Gate<X> {
  readonly #binding: Binding<X, Req>;
  readonly #what: string;
  readonly #warn: (error: unknown) => void;
  readonly #options: CheckedRateLimit<Req>;
  readonly #addressKeys: AddressKeys<X>;
  /** Of the limits that are the same for every request. */
  readonly #quotas: Quotas;

  /**
   * @param what whose options these are, at the start of error messages
   * @throws TypeError or RangeError for a wrong option
   */
  constructor(binding: Binding<X, Req>, options: RateLimitOptions<Req>, what = 'rateLimit') {
    this.#binding = binding;
    this.#what = what;
    this.#warn = callbackWarning(`${what}: refundWhen`);
    this.#options = checkRateLimit(what, options);
    this.#addressKeys = new AddressKeys(binding, what, this.#options.ipv6PrefixBits);
    this.#quotas = lastingQuotasOf(this.#options.limiter.limits);
  }

  admit(x: X): MaybePromise<Refusal | undefined> {
    return errorsOnly(this.#what, this.#admit, x);
  }

  /** A function of its own, and so made once for all requests. */
  readonly #admit = (x: X): MaybePromise<Refusal | undefined> => {
    const exchange = Exchange.of(this.#binding.carrierOf(x), this.#binding.outgoingOf(x));
    if (!exchange.meets(this)) return undefined;
    const { skip, formats } = this.#options;
    const visit: Visit = {
      formats,
      quotas: this.#quotas,
      key: '',
      cost: 1,
      limits: undefined,
      decision: undefined,
      isEnforced: true,
    };
    exchange.visit(visit);
    if (skip === undefined) return this.#askKey(x, exchange, visit);
    return andThen(skip(this.#binding.requestOf(x)), isSkipped =>
      isSkipped ? undefined : this.#askKey(x, exchange, visit),
    );
  };

  #askKey(x: X, exchange: Exchange, visit: Visit): MaybePromise<Refusal | undefined> {
    const { keyOf } = this.#options;
    if (keyOf === undefined) return this.#askCost(x, exchange, visit, undefined);
    return andThen(keyOf(this.#binding.requestOf(x)), key => this.#askCost(x, exchange, visit, key));
  }

  #askCost(
    x: X,
    exchange: Exchange,
    visit: Visit,
    key: string | undefined,
  ): MaybePromise<Refusal | undefined> {
    visit.key =
      key === undefined ? this.#addressKeys.keyOf(x) : callerKey(check.asString(`${this.#what}: keyOf`, key));
    const { costOf } = this.#options;
    if (costOf === undefined) return this.#askLimits(x, exchange, visit);
    return andThen(costOf(this.#binding.requestOf(x)), cost => {
      visit.cost = check.whole(`${this.#what}: costOf`, cost, 0);
      return this.#askLimits(x, exchange, visit);
    });
  }

  #askLimits(x: X, exchange: Exchange, visit: Visit): MaybePromise<Refusal | undefined> {
    const { limitsOf } = this.#options;
    if (limitsOf === undefined) return this.#decide(x, exchange, visit);
    return andThen(limitsOf(this.#binding.requestOf(x)), limits => {
      if (limits === undefined)
        throw new TypeError(`${this.#what}: limitsOf must return limits, got undefined`);
      visit.limits = limits;
      return this.#decide(x, exchange, visit);
    });
  }

  #decide(x: X, exchange: Exchange, visit: Visit): MaybePromise<Refusal | undefined> {
    const decision = this.#options.limiter.check(visit.key, visit.cost, visit.limits);
    if (!isThenable(decision)) return this.#follow(x, exchange, visit, decision);
    return Promise.resolve(decision).then(decided => this.#follow(x, exchange, visit, decided));
  }

  #follow(x: X, exchange: Exchange, visit: Visit, decision: Decision): MaybePromise<Refusal | undefined> {
    visit.decision = decision;
    visit.isEnforced = this.#options.limiter.enforces(visit.key);
    if (visit.limits !== undefined) visit.quotas = quotasOf(decision.limits);
    this.#binding.setDecision(x, mostRestrictive(exchange.visits) ?? decision);
    if (!decision.allowed && visit.isEnforced) return this.#refuse(x, exchange, decision);
    // Something else may have answered while a callback or the store was waited for.
    if (visit.isEnforced && !this.#binding.outgoingOf(x).headersSent) {
      for (const format of visit.formats) setFields(format, exchange.visits, this.#binding, x);
    }
    if (decision.allowed) this.#refundOnceSettled(x, exchange, visit);
    return undefined;
  }

  /** @throws the refusal itself under `rejectWith: 'error'` */
  #refuse(x: X, exchange: Exchange, decision: Decision): MaybePromise<Refusal> {
    const { problem, rejectWith } = this.#options;
    const { retryAfterSecs } = decision;
    exchange.refusals += 1;
    const fields = refusalFields(retryAfterSecs);
    addFields(exchange.visits, fields);
    // Only a store that gave no answer refuses and blames no limit.
    const isQuota = decision.violated.length > 0;
    if (rejectWith === 'error') {
      throw withoutStack(() =>
        isQuota ? new TooManyRequests(decision, fields) : new StoreUnavailable(retryAfterSecs, fields),
      );
    }
    if (problem === undefined) return isQuota ? quotaRefusal(decision, fields) : unavailableRefusal(fields);
    const rejection = isQuota ? quotaExceeded(decision) : serviceUnavailable(retryAfterSecs, decision);
    const body = problem(rejection, this.#binding.requestOf(x));
    return andThen(body, said => refusal(this.#what, rejection, said, fields));
  }

  #refundOnceSettled(x: X, exchange: Exchange, visit: Visit): void {
    const { refundWhen, limiter } = this.#options;
    if (refundWhen === undefined || visit.cost === 0) return;
    // What stood in for the store took nothing from it: giving that back would give away what others took.
    if (visit.decision !== undefined && sourceOf(visit.decision) === 'local') return;
    const req = this.#binding.requestOf(x);
    exchange.onSettled(async outcome => {
      try {
        if (await refundWhen(outcome, req)) await limiter.refund(visit.key, visit.cost, visit.limits);
      } catch (error) {
        this.#warn(error);
      }
    });
  }
}
