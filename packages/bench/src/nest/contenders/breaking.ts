import type { NestContender } from '../nestContender.js';

export const contender: NestContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/nest'],
  async module({ requests, windowSecs }) {
    const { BreakingModule } = await import('@breaking/nest');
    const rateLimit = { capacityMax: requests, restoreRateHz: requests / windowSecs };
    return { imports: [BreakingModule.forRoot({ rateLimit })] };
  },
};
