import { type BucketPolicy, type Decision, MockClock } from '@breaking/core';
import type { RateLimitOptions } from '@breaking/http';
import type { GateUnderTest } from '../adapterUnderTest.js';

/** A rate limit, on a clock that stands still unless it is given one. */
export function limit(options: RateLimitOptions<unknown>): GateUnderTest {
  return { kind: 'rateLimit', options: { clock: new MockClock(1000), ...options } };
}

/** `n` tokens, one of which comes back in ten seconds. */
export function upTo(n: number): BucketPolicy {
  return { capacityMax: n, restoreRateHz: 0.1 };
}

/** The whole tokens that each limit has left. */
export function tokensOf(decision: Decision | undefined): readonly number[] {
  return decision?.limits.map(each => each.tokensLeft) ?? [];
}
