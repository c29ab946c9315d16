import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Calls a function in the async context in which this module was loaded, instead of that of the request which happens to
 * be under way. A timer that is made like this does not keep the request's context alive.
 */
export const outsideRequests: <R>(call: () => R) => R = AsyncLocalStorage.snapshot();
