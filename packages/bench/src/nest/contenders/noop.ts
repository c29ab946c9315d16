import { APP_GUARD } from '@nestjs/core';
import type { NestContender } from '../nestContender.js';

/** A global guard that lets everything through at once. */
export const contender: NestContender = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  async module() {
    return { providers: [{ provide: APP_GUARD, useValue: { canActivate: () => true } }] };
  },
};
