import type { PackageContender } from '../packageContender.js';

export const contender: PackageContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/express'],
  specifier: '@breaking/express',
  packed: ['core', 'http', 'express'],
};
