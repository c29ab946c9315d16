import type { OverloadContender } from '../overloadContender.js';

/** With its defaults, except that it adds nothing about itself to its responses. */
export const contender: OverloadContender = {
  name: 'overload-protection',
  role: 'peer',
  packages: ['overload-protection'],
  async express() {
    const { default: protect } = await import('overload-protection');
    return protect('express', { production: true });
  },
  async koa() {
    const { default: protect } = await import('overload-protection');
    return protect('koa', { production: true });
  },
};
