import type { Decision, DecisionSource } from './decision.js';
import { DecidedLimit, type LimitState } from './limitState.js';
import type { Limit } from './policy.js';

/** What each limit owes after a decision: a number if there is one limit. */
export type Debts = number | readonly number[];

/** Symbols, so that copies and comparisons of decisions include them, and lists of property names do not. */
const ASKED = Symbol('asked');
const DEBTS = Symbol('debts');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * What a store answers. The states of the limits are computed when they are first read: many callers read only
 * `allowed`, and computing the states takes nearly half of the time of a decision and more than half of its memory (96
 * bytes without, 230 with). So `limits` is not an own property, which `{ ...decision }` would read. JSON and
 * `console.log` show it.
 *
 * It is a class, since V8 makes an object literal more slowly if its wait is sometimes a whole number and sometimes
 * not. That takes half as long again as the decision itself.
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
    // A copy by other code has only the symbols.
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

  /** What a decision was made from: the limits, and what they owe. */
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

/** Under `Symbol.for`, so that all copies of core in a program find the source of a decision and what is left of a block. */
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

/** A decision that was not made by the store itself. */
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

/** The source of a decision. A decision without one came from the store. */
export function sourceOf(decision: Decision): DecisionSource {
  return (decision as { readonly [SOURCE]?: DecisionSource })[SOURCE] ?? 'store';
}

/** Seconds for which the key is blocked; 0 if the decision is not a refusal by a block. */
export function blockSecsOf(decision: {
  readonly blocked: boolean;
  readonly retryAfterSecs: number;
}): number {
  if (!decision.blocked) return 0;
  return (decision as { readonly [BLOCK_SECS]?: number })[BLOCK_SECS] ?? decision.retryAfterSecs;
}
