import type { KeyedContender } from '../keyedContender.js';

/** A counter for each key, without a window: the least that a Map can do. */
export const contender: KeyedContender<number> = {
  name: 'bare Map',
  role: 'floor',
  packages: [],
  async open({ requests }) {
    const counts = new Map<string, { count: number }>();
    return {
      decide(key) {
        const counted = counts.get(key);
        if (counted !== undefined) return ++counted.count;
        counts.set(key, { count: 1 });
        return 1;
      },
      isAllowed: count => count <= requests,
    };
  },
};
