import { APP_GUARD } from '@nestjs/core';
import type { NestContender } from '../nestContender.js';

export const contender: NestContender = {
  name: '@nestjs/throttler',
  role: 'peer',
  packages: ['@nestjs/throttler'],
  async module({ requests, windowSecs }) {
    const { ThrottlerGuard, ThrottlerModule } = await import('@nestjs/throttler');
    return {
      imports: [ThrottlerModule.forRoot([{ limit: requests, ttl: windowSecs * 1000 }])],
      providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    };
  },
};
