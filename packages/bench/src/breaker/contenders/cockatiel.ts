import { newest } from '../../newest.js';
import type { BreakerContender } from '../breakerContender.js';

const PACKAGE = newest({ 20: 'cockatiel', 22: 'cockatiel4' });

async function breaker() {
  const { circuitBreaker, ConsecutiveBreaker, handleAll }: typeof import('cockatiel') = await import(PACKAGE);
  return circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) });
}

export const contender: BreakerContender = {
  name: 'cockatiel',
  role: 'peer',
  packages: [PACKAGE],
  async guard(callee) {
    const policy = await breaker();
    return () => policy.execute(callee);
  },
  async guardSync(callee) {
    const policy = await breaker();
    return () => policy.execute(callee);
  },
};
