import { newest } from '../../newest.js';
import type { Fetch, OutboundContender } from '../outboundContender.js';

const PACKAGE = newest({ 20: 'cockatiel', 22: 'cockatiel4' });

async function policies() {
  const cockatiel: typeof import('cockatiel') = await import(PACKAGE);
  const { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, wrap } = cockatiel;
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) });
  const policy = wrap(retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }), breaker);
  return { cockatiel, policy };
}

/** It has no rate limit: only retries and a breaker. */
export const contender: OutboundContender = {
  name: 'cockatiel',
  role: 'peer',
  packages: [PACKAGE],
  async protect(fetch): Promise<Fetch> {
    const { policy } = await policies();
    return (input, init) => policy.execute(() => fetch(input, init));
  },
  async protectTimed(fetch): Promise<Fetch> {
    const { cockatiel, policy } = await policies();
    const { timeout, TimeoutStrategy, wrap } = cockatiel;
    const timed = wrap(policy, timeout(30_000, TimeoutStrategy.Aggressive));
    return (input, init) =>
      timed.execute(({ signal }) => fetch(input, { ...init, signal }), init?.signal ?? undefined);
  },
};
