import type { Contender } from './contender.js';
import { decision } from './keyed/decision.js';
import type { Part } from './part.js';

/** All parts, in the order in which they are run. */
export const PARTS: readonly Part[] = [decision as Part<Contender>];
