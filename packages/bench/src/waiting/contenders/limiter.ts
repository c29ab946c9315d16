import type { WaitingContender } from '../waitingContender.js';

export const contender: WaitingContender = {
  name: 'limiter',
  role: 'peer',
  packages: ['limiter'],
  async open({ burst, rateHz }) {
    const { TokenBucket } = await import('limiter');
    const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: rateHz, interval: 'second' });
    bucket.content = burst;
    return () => bucket.removeTokens(1);
  },
};
