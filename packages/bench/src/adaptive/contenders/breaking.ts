import type { AdaptiveContender } from '../adaptiveContender.js';

export const contender: AdaptiveContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/core'],
  async open() {
    const { ConcurrencyLimiter } = await import('@breaking/core');
    return clock => new ConcurrencyLimiter({ limit: 'adaptive', clock });
  },
};
