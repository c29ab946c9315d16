import { expressRateLimit } from '../expressRateLimit.js';

/** With the headers that are most similar to ours. */
export const contender = expressRateLimit('express-rate-limit, draft-8', {
  standardHeaders: 'draft-8',
  legacyHeaders: false,
});
