export { perDay, perHour, perMinute, perSecond } from '@breaking/core';
export type { RateLimitOptions } from '@breaking/http';
export { rateLimit } from './rateLimit.js';
