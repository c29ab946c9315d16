export { perDay, perHour, perMinute, perSecond } from '@breaking/core';
export type { CircuitBreakerGateOptions as CircuitBreakerOptions, RateLimitOptions } from '@breaking/http';
export { type BreakingOptions, breaking, breaking as default, type GateHook } from './plugin.js';
