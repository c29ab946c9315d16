import { BARE } from '../../http/httpContender.js';
import type { NestContender } from '../nestContender.js';

/** NestJS on Express and the handler alone. */
export const contender: NestContender = {
  name: BARE,
  role: 'floor',
  packages: ['@nestjs/core'],
  async module() {
    return {};
  },
};
