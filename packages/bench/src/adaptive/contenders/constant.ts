import type { AdaptiveContender } from '../adaptiveContender.js';

/** Right for ten places, and never changed. */
export const contender: AdaptiveContender = {
  name: 'constant 15',
  role: 'peer',
  packages: ['@breaking/core'],
  async open() {
    const { ConcurrencyLimiter } = await import('@breaking/core');
    return () => new ConcurrencyLimiter({ limit: 15 });
  },
};
