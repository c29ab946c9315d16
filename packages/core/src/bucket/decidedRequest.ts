import type { Decision, DecisionSource } from './decision.js';
import { DecidedLimit, type LimitState } from './limitState.js';
import type { Limit } from './policy.js';

/** What each limit owes after a decision; a number where there is one limit. */
export type Debts = number | readonly number[];

/** Symbols, so that copies and comparisons of decisions have them, and nobody meets them among the names. */
const ASKED = Symbol('asked');
const DEBTS = Symbol('debts');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * What a store answers. The states of the limits are made when somebody asks for them: many callers look at `allowed` alone,
 * and making them takes nearly half of the time of a decision, and more than half of its memory (96 bytes without, 230 with).
 * So `limits` is no property of its own, which `{ ...decision }` would copy; JSON and `console.log` show it.
 *
 * It is a class, since V8 takes longer to make a literal whose wait is sometimes a whole number and sometimes not: half as
 * long again as to decide.
 */
export class DecidedRequest {
  declare readonly allowed: boolean;
  declare readonly violated: readonly string[];
  declare readonly blocked: boolean;
  declare readonly retryAfterSecs: number;
  declare private readonly [ASKED]: readonly Limit[];
  declare private readonly [DEBTS]: Debts;
  #states: readonly LimitState[] | undefined = undefined;

  constructor(
    allowed: boolean,
    violated: readonly string[],
    blocked: boolean,
    retryAfterSecs: number,
    asked: readonly Limit[],
    debts: Debts,
  ) {
    this.allowed = allowed;
    this.violated = violated;
    this.blocked = blocked;
    this.retryAfterSecs = retryAfterSecs;
    this[ASKED] = asked;
    this[DEBTS] = debts;
  }

  get limits(): readonly LimitState[] {
    // A copy that somebody else made has the symbols alone.
    if (!(#states in this)) return statesOf(this as DecidedRequest);
    this.#states ??= statesOf(this);
    return this.#states;
  }

  toJSON(): object {
    const { allowed, limits, violated, blocked, retryAfterSecs } = this;
    return { allowed, limits, violated, blocked, retryAfterSecs };
  }

  [INSPECT](depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return depth < 0 ? '[Decision]' : `Decision ${inspect(this.toJSON(), options)}`;
  }

  /** What a decision was made of: the limits that were asked, and what they owe. */
  static partsOf(decision: DecidedRequest): readonly [asked: readonly Limit[], debts: Debts] {
    return [decision[ASKED], decision[DEBTS]];
  }
}

function statesOf(decision: DecidedRequest): readonly LimitState[] {
  const [asked, debts] = DecidedRequest.partsOf(decision);
  return asked.map(
    (limit, i) => new DecidedLimit(limit, typeof debts === 'number' ? debts : (debts[i] as number)),
  );
}

/** Where a decision tells its source, and what is left of a block, to every copy of core that a program holds. */
const SOURCE = Symbol.for('breaking.decision.source');
const BLOCK_SECS = Symbol.for('breaking.decision.blockSecs');

/** A refusal by a block. */
export class BlockedDecision extends DecidedRequest {
  readonly #secs: number;

  /** @param waitSecs at least `secs`: some limit may need longer than the block lasts */
  constructor(waitSecs: number, asked: readonly Limit[], debts: Debts, secs: number) {
    super(false, NONE, true, waitSecs, asked, debts);
    this.#secs = secs;
  }

  get [BLOCK_SECS](): number {
    return this.#secs;
  }
}

/** A decision that something else than the store made. */
export class SourcedDecision extends DecidedRequest {
  readonly #source: DecisionSource;
  readonly #blockSecs: number;

  constructor(decision: DecidedRequest, source: DecisionSource) {
    const { allowed, violated, blocked, retryAfterSecs } = decision;
    super(allowed, violated, blocked, retryAfterSecs, ...DecidedRequest.partsOf(decision));
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

export const NONE: readonly string[] = Object.freeze([]);

/** Who took a decision. One that no store of ours made counts as the store's. */
export function sourceOf(decision: Decision): DecisionSource {
  return (decision as { readonly [SOURCE]?: DecisionSource })[SOURCE] ?? 'store';
}

/** Seconds for which a decision says that the key is blocked; 0 where no block refused it. */
export function blockSecsOf(decision: {
  readonly blocked: boolean;
  readonly retryAfterSecs: number;
}): number {
  if (!decision.blocked) return 0;
  return (decision as { readonly [BLOCK_SECS]?: number })[BLOCK_SECS] ?? decision.retryAfterSecs;
}
