import type { BreakerContender } from '../breakerContender.js';

async function breaker() {
  const { CircuitBreaker } = await import('@breaking/core');
  return new CircuitBreaker({ errorThreshold: 5, timeWindowSecs: 60, cooldownSecs: 60 });
}

export const contender: BreakerContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/core'],
  async guard(callee) {
    const ours = await breaker();
    return () => ours.run(callee);
  },
  async guardSync(callee) {
    const ours = await breaker();
    return () => ours.runSync(callee);
  },
};
