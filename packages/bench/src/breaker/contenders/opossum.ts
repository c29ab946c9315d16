import { opossum } from '../opossum.js';

/** As it is: each call has a timer that ends it after 10 seconds. */
export const contender = opossum('opossum', {});
