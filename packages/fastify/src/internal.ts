/** Internals that Breaking's own packages share. They may change with every version: do not import them. */

export { binding } from './binding.js';
