import { type Decision, decided } from '@breaking/core';
import { undecided } from '@breaking/core/internal';
import { describe, expect, test } from 'vitest';
import { mostRestrictive, type Visit } from '../src/request/visit.js';

/** A decision that leaves these numbers of ten tokens under the limits. */
function left(...tokens: number[]): Decision {
  const limits = tokens.map((_, i) => ({ name: `${i}`, capacityMax: 10, restoreRateHz: 1 }));
  const debts = tokens.map(n => 10 - n);
  return decided(limits, debts, 1, true);
}

/** A refusal with this wait. */
function wait(secs: number): Decision {
  return decided([{ name: 'slow', capacityMax: 1, restoreRateHz: 1 / secs }], [1], 1, false);
}

const never = decided([{ name: 'small', capacityMax: 1, restoreRateHz: 1 }], [0], 2, false);

describe('the most restrictive of', () => {
  test.each([
    { of: 'one', decisions: [left(5)], most: 0 },
    { of: 'several is the one with the fewest tokens left', decisions: [left(5), left(2), left(3)], most: 1 },
    {
      of: 'several counts the tightest limit of each',
      decisions: [left(4, 4), left(9, 1), left(2)],
      most: 1,
    },
    { of: 'equals is the first', decisions: [left(5), left(2, 7), left(2)], most: 1 },
    { of: 'a refusal and an empty bucket is the refusal', decisions: [left(0), wait(1), left(0)], most: 1 },
    { of: 'refusals is the one with the longest wait', decisions: [wait(2), wait(9), wait(5)], most: 1 },
    { of: 'refusals is one that no waiting helps', decisions: [wait(9), never, wait(99)], most: 1 },
    { of: 'equal refusals is the first', decisions: [left(1), wait(9), wait(9)], most: 1 },
    {
      of: 'a decision that knows no limits is any other',
      decisions: [undecided(true, 0), left(10)],
      most: 1,
    },
  ])('$of', ({ decisions, most }) => {
    const visits = decisions.map((decision): Visit => {
      return {
        limiter: { refund: () => {} },
        formats: [],
        quotas: { each: [], policy: '' },
        key: '',
        cost: 1,
        limits: undefined,
        decision,
        isEnforced: true,
      };
    });
    expect(mostRestrictive(visits)).toBe(decisions[most]);
  });

  test('several visits ignores those without a decision', () => {
    const skipped: Visit = {
      limiter: { refund: () => {} },
      formats: [],
      quotas: { each: [], policy: '' },
      key: '',
      cost: 1,
      limits: undefined,
      decision: undefined,
      isEnforced: true,
    };
    const decision = left(5);
    expect(mostRestrictive([skipped, { ...skipped, decision }, skipped])).toBe(decision);
  });
});
