import type { Decision, LimitState } from '@breaking/core';
import { limitsAsked, tokensLeftAt } from '@breaking/core/internal';
import type { Visit } from '../request/visit.js';
import type { HeaderFormat, Quota } from './quota.js';
import { blockRemainder, isTighter, type Remainder, remainder } from './remainder.js';

/** What the fields of one format show of one request: the limits of all visits that use this format. */
export class Shown {
  readonly #visits: readonly Decided[];
  #tightest: (Quota & Remainder) | undefined;

  constructor(visits: readonly Visit[], format: HeaderFormat) {
    const shown = (visit: Visit): visit is Decided => isShown(visit, format);
    // Most requests have one limit, or limits of one format, and allocate no list.
    this.#visits = visits.every(shown) ? visits : visits.filter(shown);
  }

  get isEmpty(): boolean {
    return this.#visits.length === 0;
  }

  /** The policies of all limits, as a list of draft-11. */
  policies(): string {
    let policies = '';
    for (const { quotas } of this.#visits) policies = listed(policies, quotas.policy);
    return policies;
  }

  /** What is left of all limits, as a list of draft-11. */
  members(): string {
    let members = '';
    for (const { decision, quotas, cost } of this.#visits) {
      if (decision.blocked) members = listed(members, blockMember(decision));
      for (let i = 0; i < quotas.each.length; i++) {
        members = listed(members, memberOf(i, quotas.each[i] as Quota, cost, decision));
      }
    }
    return members;
  }

  /** What is left of the most restrictive limit, and its quota. Undefined only if nothing is shown. */
  get tightest(): Quota & Remainder {
    this.#tightest ??= this.#findTightest();
    return this.#tightest as Quota & Remainder;
  }

  #findTightest(): (Quota & Remainder) | undefined {
    let tightest: (Quota & Remainder) | undefined;
    for (const { decision, quotas, cost } of this.#visits) {
      decision.limits.forEach((limit, i) => {
        const quota = quotas.each[i] as Quota;
        const left = decision.blocked ? blockRemainder(decision) : remainder(limit, quota, cost, decision);
        if (tightest === undefined || isTighter(left, tightest)) tightest = { ...quota, ...left };
      });
    }
    return tightest;
  }
}

type Decided = Visit & { readonly decision: Decision };

/** A decision without limits, which no store made, has nothing to show. */
function isShown({ decision, isEnforced, formats }: Visit, format: HeaderFormat): boolean {
  return isEnforced && decision !== undefined && limitsAsked(decision).length > 0 && formats.includes(format);
}

function listed(list: string, member: string): string {
  return list === '' ? member : `${list}, ${member}`;
}

/** A block has no policy. A block without an end has no time. */
function blockMember(decision: Decision): string {
  const { t } = blockRemainder(decision);
  return t === undefined ? '"block";r=0' : `"block";r=0;t=${t}`;
}

function memberOf(i: number, quota: Quota, cost: number, decision: Decision): string {
  const tokensLeft = tokensLeftAt(decision, i);
  const written = decision.allowed && tokensLeft >= 1 ? quota.written : undefined;
  const known = written?.of(tokensLeft);
  if (known !== undefined) return known;
  const { r, t } = remainder(decision.limits[i] as LimitState, quota, cost, decision);
  const member = t === undefined ? `${quota.label};r=${r}` : `${quota.label};r=${r};t=${t}`;
  written?.keep(tokensLeft, member);
  return member;
}
