import { type BucketPolicy, type Decision, MockClock } from '@breaking/core';
import type { RateLimitOptions } from '@breaking/http';
import type { GateUnderTest } from '../adapterUnderTest.js';

/** A rate limit, by default on a clock that stands still. */
export function limit(options: RateLimitOptions<unknown>): GateUnderTest {
  return { kind: 'rateLimit', options: { clock: new MockClock(1000), ...options } };
}

/** A capacity of `n` tokens, of which one returns every ten seconds. */
export function upTo(n: number): BucketPolicy {
  return { capacityMax: n, restoreRateHz: 0.1 };
}

/** The whole tokens that each limit has left. */
export function tokensOf(decision: Decision | undefined): readonly number[] {
  return decision?.limits.map(each => each.tokensLeft) ?? [];
}
