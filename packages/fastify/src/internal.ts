/** What Breaking's own packages share beside the public names. It may change with every version: do not import it. */

export { binding } from './binding.js';
