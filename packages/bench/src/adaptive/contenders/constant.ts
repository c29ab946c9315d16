import type { AdaptiveContender } from '../adaptiveContender.js';

/** The right limit for ten places, which never changes. */
export const contender: AdaptiveContender = {
  name: 'constant 15',
  role: 'peer',
  packages: ['@breaking/core'],
  async open() {
    const { ConcurrencyLimiter } = await import('@breaking/core');
    return () => new ConcurrencyLimiter({ limit: 15 });
  },
};
