import type { WaitingContender } from '../waitingContender.js';

/** Without `wait`: each caller sleeps until its retry time, and asks again. */
export const contender: WaitingContender = {
  name: 'sleep and ask again',
  role: 'peer',
  packages: ['@breaking/core'],
  async open({ burst, rateHz }) {
    const { RateLimiter } = await import('@breaking/core');
    const limiter = new RateLimiter({ limits: { capacityMax: burst, restoreRateHz: rateHz } });
    return async () => {
      for (;;) {
        const { allowed, retryAfterSecs } = limiter.check('key');
        if (allowed) return;
        await new Promise<void>(resolve => setTimeout(resolve, Math.ceil(retryAfterSecs * 1000)));
      }
    };
  },
};
