import { type Cost, costAt, isBlock } from './debt.js';
import { DecidedLimit, type LimitState, type ToldState } from './limitState.js';
import type { Limit } from './policy.js';

/** A request that all its limits allow. */
export interface Allowed<Name extends string = string> {
  readonly allowed: true;
  /** Each limit after this decision, in the order in which they were given. */
  readonly limits: readonly LimitState<Name>[];
  /** None. */
  readonly violated: readonly Name[];
  readonly blocked: false;
  readonly retryAfterSecs: 0;
}

/** A request that is refused. Nothing was taken from any limit. */
export interface Refused<Name extends string = string> {
  readonly allowed: false;
  /** Each limit after this decision, in the order in which they were given. */
  readonly limits: readonly LimitState<Name>[];
  /** The names of the limits that refused; none where a block did. */
  readonly violated: readonly Name[];
  /** Whether a block refused it, whatever the buckets hold. */
  readonly blocked: boolean;
  /** Seconds after which the same request would be allowed; Infinity when its cost can never fit, or a block has no end. */
  readonly retryAfterSecs: number;
}

/** The answer to one request, in TypeScript narrowed by `allowed`. `Name` is what its limits are called. */
export type Decision<Name extends string = string> = Allowed<Name> | Refused<Name>;

/** A Decision as any store may have made it: `secondsUntil` and `blocked` may be missing. */
export type ToldDecision = Omit<Decision, 'limits' | 'blocked'> & {
  readonly limits: readonly ToldState[];
  readonly blocked?: boolean;
};

/** Who decided: the store itself, in-process buckets in its stead, or what a decorating store knew without asking. */
export type DecisionSource = 'store' | 'local' | 'denyCache' | 'lease';

const NONE: readonly string[] = Object.freeze([]);

/**
 * What a store answers. It is a class, since V8 takes longer to make a literal whose wait is sometimes a whole number and
 * sometimes not: half as long again as to decide.
 */
class DecidedRequest {
  declare readonly allowed: boolean;
  declare readonly limits: readonly LimitState[];
  declare readonly violated: readonly string[];
  declare readonly blocked: boolean;
  declare readonly retryAfterSecs: number;

  constructor(
    allowed: boolean,
    limits: readonly LimitState[],
    violated: readonly string[],
    blocked: boolean,
    retryAfterSecs: number,
  ) {
    this.allowed = allowed;
    this.limits = limits;
    this.violated = violated;
    this.blocked = blocked;
    this.retryAfterSecs = retryAfterSecs;
  }
}

/** Where a decision tells its source, and what is left of a block, to every copy of core that a program holds. */
const SOURCE = Symbol.for('breaking.decision.source');
const BLOCK_SECS = Symbol.for('breaking.decision.blockSecs');

/** A refusal by a block. Some limit may need longer than the block lasts. */
class BlockedDecision extends DecidedRequest {
  readonly #secs: number;

  constructor(limits: readonly LimitState[], cost: Cost, secs: number) {
    const waits = limits.map((state, i) => state.secondsUntil(costAt(cost, i)));
    super(false, limits, NONE, true, Math.max(secs, ...waits));
    this.#secs = secs;
  }

  get [BLOCK_SECS](): number {
    return this.#secs;
  }
}

/** A decision that something else than the store made. */
class SourcedDecision extends DecidedRequest {
  readonly #source: DecisionSource;
  readonly #blockSecs: number;

  constructor(decision: DecidedRequest, source: DecisionSource) {
    const { allowed, limits, violated, blocked, retryAfterSecs } = decision;
    super(allowed, limits, violated, blocked, retryAfterSecs);
    this.#source = source;
    this.#blockSecs = blockSecsOf(decision);
  }

  get [SOURCE](): DecisionSource {
    return this.#source;
  }

  get [BLOCK_SECS](): number {
    return this.#blockSecs;
  }
}

/** Who took a decision. One that no store of ours made counts as the store's. */
export function sourceOf(decision: Decision): DecisionSource {
  return (decision as { readonly [SOURCE]?: DecisionSource })[SOURCE] ?? 'store';
}

/** Seconds for which a decision says that the key is blocked; 0 where no block refused it. */
export function blockSecsOf(decision: Pick<Refused, 'blocked' | 'retryAfterSecs'>): number {
  if (!decision.blocked) return 0;
  return (decision as { readonly [BLOCK_SECS]?: number })[BLOCK_SECS] ?? decision.retryAfterSecs;
}

/**
 * Makes a Decision of what a store knows.
 * @param limits as the store was given them
 * @param debts each limit's debt after the decision, in the order of `limits`
 * @param cost the tokens that were asked of each limit: a number, or one for each, in the order of `limits`
 * @param allowed whether they were (or, for a peek, would be) given
 * @param blockSecs what is left of a block; one of more than 0.001 refuses, whatever `allowed` says
 * @throws TypeError for a debt that is not a number of 0 or more
 */
export function decided(
  limits: readonly Limit[],
  debts: ArrayLike<number>,
  cost: Cost,
  allowed: boolean,
  source: DecisionSource = 'store',
  blockSecs = 0,
): Decision {
  const states = statesOf(limits, debts);
  const decision = isBlock(blockSecs)
    ? new BlockedDecision(states, cost, blockSecs)
    : allowed
      ? allowing(states)
      : refusing(states, cost);
  return (source === 'store' ? decision : new SourcedDecision(decision, source)) as Decision;
}

function statesOf(limits: readonly Limit[], debts: ArrayLike<number>): readonly LimitState[] {
  const states = new Array<LimitState>(limits.length);
  for (let i = 0; i < limits.length; i++) {
    const debt = debts[i] as number;
    if (!(debt >= 0)) throw new TypeError(`decided: each debt must be a number of 0 or more, got ${debt}`);
    states[i] = new DecidedLimit(limits[i] as Limit, debt);
  }
  return states;
}

export function allowing(limits: readonly LimitState[]): Decision {
  return new DecidedRequest(true, limits, NONE, false, 0) as Decision;
}

export function refusing(limits: readonly LimitState[], cost: Cost): Decision {
  const violated: string[] = [];
  let retryAfterSecs = 0;
  for (let i = 0; i < limits.length; i++) {
    const state = limits[i] as LimitState;
    const waitSecs = state.secondsUntil(costAt(cost, i));
    if (waitSecs === 0) continue;
    violated.push(state.name);
    retryAfterSecs = Math.max(retryAfterSecs, waitSecs);
  }
  return new DecidedRequest(false, limits, violated, false, retryAfterSecs) as Decision;
}

/**
 * The refusal of a caller that would have to wait too long.
 * @param waitSecs seconds until the tokens are there that nobody ahead waits for
 * @param blocked whether that is because of a block
 */
export function refusedFor(
  limits: readonly Limit[],
  debts: ArrayLike<number>,
  cost: Cost,
  waitSecs: number,
  blocked: boolean,
): Decision {
  const states = statesOf(limits, debts);
  const lacking = states.filter((state, i) => state.secondsUntil(costAt(cost, i)) > 0);
  const violated = blocked ? NONE : (lacking.length > 0 ? lacking : states).map(({ name }) => name);
  return new DecidedRequest(false, states, violated, blocked, waitSecs) as Decision;
}

/** A decision without a bucket behind it, for when the store gives no answer. It lists no limits and names none as violated. */
export function undecided(allowed: boolean, retryAfterSecs: number): Decision {
  return sourced(new DecidedRequest(allowed, [], NONE, false, retryAfterSecs) as Decision, 'local');
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
export function restated(decision: ToldDecision, asked: readonly Limit[]): Decision {
  const { allowed, limits, violated, blocked = false, retryAfterSecs } = decision;
  const states = limits.map((state, i) => new DecidedLimit(asked[i] as Limit, DecidedLimit.debtOf(state)));
  return new DecidedRequest(allowed, states, violated, blocked, retryAfterSecs) as Decision;
}

/** The same decision, taken by another. */
export function sourced(decision: Decision, source: DecisionSource): Decision {
  return new SourcedDecision(decision, source) as Decision;
}
