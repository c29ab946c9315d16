export type { Binding, Gate, Incoming, Outgoing, Refusal } from './binding.js';
export type { HeaderFormat } from './headerFields.js';
export type { MaybePromise } from './maybePromise.js';
export type { Outcome } from './outcome.js';
export type { Problem, Rejection } from './problem.js';
export { RateLimitGate } from './rateLimitGate.js';
export type { RateLimitOptions, RateLimitSettings, RejectWith } from './rateLimitOptions.js';
