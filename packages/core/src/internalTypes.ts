/** Of `internal`, what the published types of our other packages name. No other types of it are published. */

export type { Costs } from './limiter/wants.js';
export { type Decider, DIRECT } from './store/store.js';
