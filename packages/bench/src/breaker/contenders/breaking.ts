import type { BreakerContender } from '../breakerContender.js';

async function breaker(tolerableErrorRatio = 0) {
  const { CircuitBreaker } = await import('@breaking/core');
  return new CircuitBreaker({ errorThreshold: 5, timeWindowSecs: 60, cooldownSecs: 60, tolerableErrorRatio });
}

export const contender: BreakerContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/core'],
  async guard(callee, tolerableErrorRatio) {
    const ours = await breaker(tolerableErrorRatio);
    return () => ours.run(callee);
  },
  async guardSync(callee) {
    const ours = await breaker();
    return () => ours.runSync(callee);
  },
};
