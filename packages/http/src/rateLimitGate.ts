import {
  check,
  type Decision,
  StoreUnavailable,
  sourceOf,
  TooManyRequests,
  warnOfCallback,
} from '@breaking/core';
import { AddressKeys, callerKey } from './addressKey.js';
import type { Binding, Gate, Refusal } from './binding.js';
import { errorsOnly } from './errorsOnly.js';
import { Exchange } from './exchange.js';
import { type HeaderFormat, setFields } from './headerFields.js';
import { andThen, type MaybePromise } from './maybePromise.js';
import { quotaExceeded, refusal, refusalFields, serviceUnavailable } from './problem.js';
import { type CheckedRateLimit, checkRateLimit, type RateLimitOptions } from './rateLimitOptions.js';
import { mostRestrictive, type Visit } from './visit.js';

/**
 * The rate limit on the requests of one framework: asks the callbacks, takes the tokens, sets the headers, refuses.
 * Nothing in it is asynchronous but what a callback or the store makes so.
 */
export class RateLimitGate<X, Req> implements Gate<X> {
  readonly #binding: Binding<X, Req>;
  readonly #what: string;
  readonly #options: CheckedRateLimit<Req>;
  readonly #addressKeys: AddressKeys<X>;

  /**
   * @param what whose options these are, at the start of error messages
   * @throws TypeError or RangeError for a wrong option
   */
  constructor(binding: Binding<X, Req>, options: RateLimitOptions<Req>, what = 'rateLimit') {
    this.#binding = binding;
    this.#what = what;
    this.#options = checkRateLimit(what, options);
    this.#addressKeys = new AddressKeys(binding, what, this.#options.ipv6PrefixBits);
  }

  admit(x: X): MaybePromise<Refusal | undefined> {
    return errorsOnly(this.#what, () => this.#admit(x));
  }

  #admit(x: X): MaybePromise<Refusal | undefined> {
    const exchange = this.#exchangeOf(x);
    if (!exchange.meets(this)) return undefined;
    const visit: Visit = {
      formats: this.#options.formats,
      key: '',
      cost: 1,
      limits: undefined,
      decision: undefined,
      isEnforced: true,
    };
    exchange.visits.push(visit);
    const { skip } = this.#options;
    if (skip === undefined) return this.#askKey(x, visit);
    return andThen(skip(this.#binding.requestOf(x)), isSkipped =>
      isSkipped ? undefined : this.#askKey(x, visit),
    );
  }

  #askKey(x: X, visit: Visit): MaybePromise<Refusal | undefined> {
    const { keyOf } = this.#options;
    if (keyOf === undefined) return this.#askCost(x, visit, undefined);
    return andThen(keyOf(this.#binding.requestOf(x)), key => this.#askCost(x, visit, key));
  }

  #askCost(x: X, visit: Visit, key: string | undefined): MaybePromise<Refusal | undefined> {
    visit.key =
      key === undefined ? this.#addressKeys.keyOf(x) : callerKey(check.isString(`${this.#what}: keyOf`, key));
    const { costOf } = this.#options;
    if (costOf === undefined) return this.#askLimits(x, visit, 1);
    return andThen(costOf(this.#binding.requestOf(x)), cost => this.#askLimits(x, visit, cost));
  }

  #askLimits(x: X, visit: Visit, cost: number): MaybePromise<Refusal | undefined> {
    visit.cost = check.whole(`${this.#what}: costOf`, cost, 0);
    const { limitsOf } = this.#options;
    if (limitsOf === undefined) return this.#decide(x, visit);
    return andThen(limitsOf(this.#binding.requestOf(x)), limits => {
      if (limits === undefined)
        throw new TypeError(`${this.#what}: limitsOf must return limits, got undefined`);
      visit.limits = limits;
      return this.#decide(x, visit);
    });
  }

  #decide(x: X, visit: Visit): MaybePromise<Refusal | undefined> {
    const decision = this.#options.limiter.check(visit.key, visit.cost, visit.limits);
    return andThen(decision, decided => this.#follow(x, visit, decided));
  }

  #follow(x: X, visit: Visit, decision: Decision): MaybePromise<Refusal | undefined> {
    visit.decision = decision;
    visit.isEnforced = this.#options.limiter.enforces(visit.key);
    const { visits } = this.#exchangeOf(x);
    this.#binding.setDecision(x, mostRestrictive(visits));
    if (!decision.allowed && visit.isEnforced) return this.#refuse(x, decision);
    // Something else may have answered while a callback or the store was waited for.
    if (visit.isEnforced && !this.#binding.outgoingOf(x).headersSent) {
      this.#eachField(visits, visit.formats, (name, value) => this.#binding.setHeader(x, name, value));
    }
    if (decision.allowed) this.#refundOnceSettled(x, visit);
    return undefined;
  }

  /** @throws the refusal itself under `rejectWith: 'error'` */
  #refuse(x: X, decision: Decision): MaybePromise<Refusal> {
    const { problem, rejectWith } = this.#options;
    const exchange = this.#exchangeOf(x);
    exchange.isRefused = true;
    const { visits } = exchange;
    // All fields of all limits, for an error path that starts with none.
    const fields: Record<string, string> = { ...refusalFields(decision.retryAfterSecs) };
    const formats = new Set(visits.flatMap(visit => visit.formats));
    this.#eachField(visits, formats, (name, value) => {
      fields[name] = value;
    });
    // Only a store that gave no answer refuses and blames no limit.
    const isQuota = decision.violated.length > 0;
    if (rejectWith === 'error') {
      throw isQuota
        ? new TooManyRequests(decision, fields)
        : new StoreUnavailable(decision.retryAfterSecs, fields);
    }
    const rejection = isQuota
      ? quotaExceeded(decision)
      : serviceUnavailable(decision.retryAfterSecs, decision);
    const body = problem === undefined ? rejection.problem : problem(rejection, this.#binding.requestOf(x));
    return andThen(body, said => refusal(this.#what, rejection, said, fields));
  }

  #eachField(
    visits: readonly Visit[],
    formats: Iterable<HeaderFormat>,
    set: (name: string, value: string) => void,
  ): void {
    for (const format of formats) {
      setFields(
        format,
        visits.filter(visit => visit.isEnforced && visit.formats.includes(format)),
        set,
      );
    }
  }

  #refundOnceSettled(x: X, visit: Visit): void {
    const { refundWhen, limiter } = this.#options;
    if (refundWhen === undefined || visit.cost === 0) return;
    // What stood in for the store took nothing from it: giving that back would give away what others took.
    if (visit.decision !== undefined && sourceOf(visit.decision) === 'local') return;
    const req = this.#binding.requestOf(x);
    this.#exchangeOf(x).onSettled(async outcome => {
      try {
        if (await refundWhen(outcome, req)) await limiter.refund(visit.key, visit.cost, visit.limits);
      } catch (error) {
        warnOfCallback(`${this.#what}: refundWhen`, error);
      }
    });
  }

  #exchangeOf(x: X): Exchange {
    return Exchange.of(this.#binding.outgoingOf(x));
  }
}
