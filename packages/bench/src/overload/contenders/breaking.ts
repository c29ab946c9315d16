import { ours } from '../ours.js';

export const contender = ours('breaking', 20);
