import { secondsUntilThere, wholeTokens } from './debt.js';
import type { Limit } from './policy.js';

/** What became of one request under one limit. */
export interface LimitState<Name extends string = string> extends Limit<Name> {
  /** Whole tokens there after the decision. */
  readonly tokensLeft: number;
  /** Seconds from the decision until `n` tokens are there if nobody takes any; Infinity when `n` > `capacityMax`. */
  secondsUntil(n?: number): number;
}

/** A request that all its limits allow. */
export interface Allowed<Name extends string = string> {
  readonly allowed: true;
  /** Each limit after this decision, in the order in which they were given. */
  readonly limits: readonly LimitState<Name>[];
  /** None. */
  readonly violated: readonly Name[];
  readonly retryAfterSecs: 0;
}

/** A request that is refused. Nothing was taken from any limit. */
export interface Refused<Name extends string = string> {
  readonly allowed: false;
  /** Each limit after this decision, in the order in which they were given. */
  readonly limits: readonly LimitState<Name>[];
  /** The names of the limits that refused. */
  readonly violated: readonly Name[];
  /** Seconds after which the same request would be allowed; Infinity when its cost can never fit. */
  readonly retryAfterSecs: number;
}

/** The answer to one request, in TypeScript narrowed by `allowed`. `Name` is what its limits are called. */
export type Decision<Name extends string = string> = Allowed<Name> | Refused<Name>;

/** A Decision as any store may have made it: `secondsUntil` may be missing. */
export type ToldDecision = Omit<Decision, 'limits'> & { readonly limits: readonly ToldState[] };
type ToldState = Omit<LimitState, 'secondsUntil'> & Partial<Pick<LimitState, 'secondsUntil'>>;

/** Who decided: the store itself, in-process buckets in its stead, or what a decorating store knew without asking. */
export type DecisionSource = 'store' | 'local' | 'denyCache' | 'lease';

const NONE: readonly string[] = Object.freeze([]);

export class DecidedLimit implements LimitState {
  declare readonly name: string;
  declare readonly capacityMax: number;
  declare readonly restoreRateHz: number;
  declare readonly tokensLeft: number;
  readonly #debt: number;

  constructor(limit: Limit, debt: number) {
    this.name = limit.name;
    this.capacityMax = limit.capacityMax;
    this.restoreRateHz = limit.restoreRateHz;
    this.tokensLeft = wholeTokens(limit.capacityMax, debt);
    this.#debt = debt;
  }

  secondsUntil(n = 1): number {
    return secondsUntilThere(this.capacityMax, this.restoreRateHz, this.#debt, n);
  }

  /** What a limit owes. One that tells no wait owes what its whole tokens lack, which is enough in any case. */
  static debtOf(state: ToldState): number {
    if (#debt in state) return state.#debt;
    const { capacityMax, restoreRateHz, tokensLeft } = state;
    const untilFull = state.secondsUntil?.(capacityMax);
    return untilFull === undefined ? capacityMax - tokensLeft : untilFull * restoreRateHz;
  }

  static isOne(state: LimitState): boolean {
    return #debt in state;
  }
}

/**
 * What a store answers. It is a class, since V8 takes longer to make a literal whose wait is sometimes a whole number and
 * sometimes not: half as long again as to decide.
 */
class DecidedRequest {
  declare readonly allowed: boolean;
  declare readonly limits: readonly LimitState[];
  declare readonly violated: readonly string[];
  declare readonly retryAfterSecs: number;

  constructor(
    allowed: boolean,
    limits: readonly LimitState[],
    violated: readonly string[],
    retryAfterSecs: number,
  ) {
    this.allowed = allowed;
    this.limits = limits;
    this.violated = violated;
    this.retryAfterSecs = retryAfterSecs;
  }
}

/** Where a decision tells its source, to every copy of core that a program holds. */
const SOURCE = Symbol.for('breaking.decision.source');

/** A decision of somebody else than the store. */
class SourcedDecision extends DecidedRequest {
  readonly #source: DecisionSource;

  constructor({ allowed, limits, violated, retryAfterSecs }: DecidedRequest, source: DecisionSource) {
    super(allowed, limits, violated, retryAfterSecs);
    this.#source = source;
  }

  get [SOURCE](): DecisionSource {
    return this.#source;
  }
}

/** Who took a decision. One that no store of ours made counts as the store's. */
export function sourceOf(decision: Decision): DecisionSource {
  return (decision as { readonly [SOURCE]?: DecisionSource })[SOURCE] ?? 'store';
}

/**
 * Makes a Decision of what a store knows.
 * @param limits as the store was given them
 * @param debts each limit's debt after the decision, in the order of `limits`
 * @param cost the tokens that were asked for
 * @param allowed whether they were (or, for a peek, would be) given
 * @throws TypeError for a debt that is not a number of 0 or more
 */
export function decided(
  limits: readonly Limit[],
  debts: ArrayLike<number>,
  cost: number,
  allowed: boolean,
  source: DecisionSource = 'store',
): Decision {
  const states = new Array<LimitState>(limits.length);
  for (let i = 0; i < limits.length; i++) {
    const debt = debts[i] as number;
    if (!(debt >= 0)) throw new TypeError(`decided: each debt must be a number of 0 or more, got ${debt}`);
    states[i] = new DecidedLimit(limits[i] as Limit, debt);
  }
  const decision = allowed ? allowing(states) : refusing(states, cost);
  return source === 'store' ? decision : (new SourcedDecision(decision, source) as Decision);
}

export function allowing(limits: readonly LimitState[]): Decision {
  return new DecidedRequest(true, limits, NONE, 0) as Decision;
}

export function refusing(limits: readonly LimitState[], cost: number): Decision {
  const violated: string[] = [];
  let retryAfterSecs = 0;
  for (const state of limits) {
    const waitSecs = state.secondsUntil(cost);
    if (waitSecs === 0) continue;
    violated.push(state.name);
    retryAfterSecs = Math.max(retryAfterSecs, waitSecs);
  }
  return new DecidedRequest(false, limits, violated, retryAfterSecs) as Decision;
}

/** A decision without a bucket behind it, for when the store gives no answer. It lists no limits and names none as violated. */
export function undecided(allowed: boolean, retryAfterSecs: number): Decision {
  return new SourcedDecision({ allowed, limits: [], violated: NONE, retryAfterSecs }, 'local') as Decision;
}

/** Each limit's debt after a decision, whoever made it. `decided` was given these. */
export function debtsAfter({ limits }: Decision): number[] {
  return limits.map(DecidedLimit.debtOf);
}

/** Whether a decision was made by our own functions, which make none that contradicts itself. */
export function isDecided(value: unknown): value is Decision {
  return value instanceof DecidedRequest && value.limits.every(DecidedLimit.isOne);
}

/** A decision that somebody else made, as one of ours. */
export function restated(
  { allowed, limits, violated, retryAfterSecs }: ToldDecision,
  asked: readonly Limit[],
): Decision {
  const states = limits.map((state, i) => new DecidedLimit(asked[i] as Limit, DecidedLimit.debtOf(state)));
  return new DecidedRequest(allowed, states, violated, retryAfterSecs) as Decision;
}

/** The same decision, taken by another. */
export function sourced(decision: Decision, source: DecisionSource): Decision {
  return new SourcedDecision(decision, source) as Decision;
}
