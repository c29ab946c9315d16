import type { Decision } from '@breaking/core';
import type { KeyedContender } from '../keyedContender.js';

/** The number of live keys that the default store keeps without forgetting any: half of its maxKeys. */
const DEFAULT_KEYS = 50_000;

export const contender: KeyedContender<Decision> = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/core'],
  async open({ requests, windowSecs, keys = 0 }) {
    const { MemoryBucketStore, RateLimiter } = await import('@breaking/core');
    // At most one token a minute, so that keys stay live during the whole measurement.
    const limits = { capacityMax: requests, restoreRateHz: Math.min(requests / windowSecs, 1 / 60) };
    const store = keys > DEFAULT_KEYS ? new MemoryBucketStore({ maxKeys: 2 * keys }) : undefined;
    const limiter = new RateLimiter({ name: 'bench', limits, store });
    return {
      decide: key => limiter.check(key),
      isAllowed: decision => decision.allowed,
    };
  },
};
