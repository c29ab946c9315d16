import { expressRateLimit } from '../expressRateLimit.js';

/** With its defaults, which set X-RateLimit headers. */
export const contender = expressRateLimit('express-rate-limit', {});
