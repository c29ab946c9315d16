import { opossum } from '../opossum.js';

/** With its defaults: each call has a timer that ends it after 10 seconds. */
export const contender = opossum('opossum', {});
