import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Highest } from '../src/views/highest.js';

test('the highest equal the first ones of a full sort', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), ranks => {
      const highest = new Highest<string>(3);
      ranks.forEach((rank, i) => void highest.add(`${rank} ${i}`, rank));
      const sorted = ranks.map((rank, i) => ({ rank, i })).sort((a, b) => b.rank - a.rank || a.i - b.i);
      expect(highest.items).toEqual(sorted.slice(0, 3).map(({ rank, i }) => `${rank} ${i}`));
    }),
    { seed: 20_261_129 },
  );
});
