import { expressRateLimit } from '../expressRateLimit.js';

/** With the headers that are nearest to ours. */
export const contender = expressRateLimit('express-rate-limit, draft-8', {
  standardHeaders: 'draft-8',
  legacyHeaders: false,
});
