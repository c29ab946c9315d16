export * from '@breaking/core';
export type { AttemptMessage } from './events.js';
export type { MaybePromise, ProtectOptions, RetryOptions } from './options.js';
export { type ProtectedFetch, protect } from './protect.js';
export type { Fetch } from './request.js';
