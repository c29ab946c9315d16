import { opossum } from '../opossum.js';

export const contender = opossum('opossum, no timeout', { timeout: false });
