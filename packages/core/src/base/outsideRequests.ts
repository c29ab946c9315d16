import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Calls a function in the async context in which this module was loaded, instead of the context of the current request.
 * A timer made there does not keep the request's context alive.
 */
export const outsideRequests: <R>(call: () => R) => R = AsyncLocalStorage.snapshot();
