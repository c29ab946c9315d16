import { expressRateLimit } from '../expressRateLimit.js';

/** As it is by default, with X-RateLimit headers. */
export const contender = expressRateLimit('express-rate-limit', {});
