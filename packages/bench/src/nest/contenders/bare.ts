import { BARE } from '../../http/httpContender.js';
import type { NestContender } from '../nestContender.js';

/** Only NestJS on Express and the handler. */
export const contender: NestContender = {
  name: BARE,
  role: 'floor',
  packages: ['@nestjs/core'],
  async module() {
    return {};
  },
};
