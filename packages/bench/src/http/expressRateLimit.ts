import type { Options } from 'express-rate-limit';
import type { HttpContender } from './httpContender.js';

/** express-rate-limit with some of its options. */
export function expressRateLimit(name: string, options: Partial<Options>): HttpContender {
  return {
    name,
    role: 'peer',
    packages: ['express-rate-limit'],
    guardsAgainst: 'requests',
    async express({ requests, windowSecs }) {
      const { rateLimit } = await import('express-rate-limit');
      return rateLimit({ limit: requests, windowMs: windowSecs * 1000, ...options });
    },
  };
}
