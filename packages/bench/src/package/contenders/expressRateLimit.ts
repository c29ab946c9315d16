import type { PackageContender } from '../packageContender.js';

export const contender: PackageContender = {
  name: 'express-rate-limit',
  role: 'peer',
  packages: ['express-rate-limit'],
  specifier: 'express-rate-limit',
  packed: [],
};
