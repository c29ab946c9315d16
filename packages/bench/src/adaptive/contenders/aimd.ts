import type { AdaptiveContender } from '../adaptiveContender.js';
import { type Rule, RuledLimiter } from '../ruledLimiter.js';

const TIMEOUT_SECS = 5;

/**
 * AIMDLimit of Netflix's concurrency-limits, according to its description: it increases by one with each call while at least
 * half is used, and decreases by a tenth with each call that takes longer than five seconds. It has its own defaults, with
 * our bounds.
 */
class Aimd implements Rule {
  limit = 20;

  sample(secs: number, inFlight: number): void {
    if (secs > TIMEOUT_SECS) this.limit = Math.max(1, this.limit * 0.9);
    else if (inFlight * 2 >= this.limit) this.limit = Math.min(1000, this.limit + 1);
  }
}

export const contender: AdaptiveContender = {
  name: 'AIMD',
  role: 'peer',
  packages: [],
  open: async () => clock => new RuledLimiter(new Aimd(), clock),
};
