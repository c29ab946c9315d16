import { OURS } from '../../contender.js';
import type { OutboundContender } from '../outboundContender.js';

async function options() {
  const { perSecond } = await import('@breaking/fetch');
  return {
    limits: perSecond(1e9),
    breaker: { errorThreshold: 5, timeWindowSecs: 30 },
    retry: { attempts: 3 },
  };
}

export const contender: OutboundContender = {
  name: OURS,
  role: 'ours',
  packages: ['@breaking/fetch'],
  async protect(fetch) {
    const { protect } = await import('@breaking/fetch');
    return protect(fetch, await options());
  },
  async protectTimed(fetch) {
    const { protect } = await import('@breaking/fetch');
    return protect(fetch, { ...(await options()), timeoutSecs: 30 });
  },
};
