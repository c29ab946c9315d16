import { type BucketPolicy, MockClock, perMinute as policyPerMinute } from '@breaking/nest';

/** A clock that stands still, so that no token returns and no breaker moves, however slow the machine is. */
export const clock = new MockClock();

/** The options of a limit on this clock. */
export function perMinute(n: number): BucketPolicy & { readonly clock: MockClock } {
  return { ...policyPerMinute(n), clock };
}

/** The options of a breaker on this clock, which the first failure opens. */
export const BREAKER = { errorThreshold: 1, timeWindowSecs: 60, clock };
