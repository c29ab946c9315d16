export { perDay, perHour, perMinute, perSecond } from '@breaking/core';
export type { CircuitBreakerGateOptions as CircuitBreakerOptions, RateLimitOptions } from '@breaking/http';
export type { GateHandler } from './binding.js';
export { circuitBreaker } from './circuitBreaker.js';
export { rateLimit } from './rateLimit.js';
