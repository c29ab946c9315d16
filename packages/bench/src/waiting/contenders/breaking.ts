import type { WaitingContender } from '../waitingContender.js';

export const contender: WaitingContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/core'],
  async open({ burst, rateHz }) {
    const { RateLimiter } = await import('@breaking/core');
    const limits = { capacityMax: burst, restoreRateHz: rateHz };
    const limiter = new RateLimiter({ limits, maxWaitSecs: 60 });
    return () => limiter.wait('key');
  },
};
