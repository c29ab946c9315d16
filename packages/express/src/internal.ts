/** Internals that Breaking's own packages share. They may change with every version: do not import them. */

export { binding, exchangeOf } from './binding.js';
