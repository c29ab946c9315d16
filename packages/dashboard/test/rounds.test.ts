import { expect, test } from 'vitest';
import { Rounds } from '../src/views/rounds.js';
import type { Group } from '../src/watched.js';

/** Rounds over members that are open or not, which count the open ones. */
function openIn(members: boolean[]) {
  const group: Group<boolean> = {
    name: 'shops',
    *entries() {
      for (const [i, isOpen] of members.entries()) yield [`${i}`, isOpen];
    },
  };
  const rounds = new Rounds(group, () => ({ all: 0, open: 0 }));
  return (now: number) => {
    const { all, open } = rounds.look(now, (found, [, isOpen]) => {
      found.all++;
      if (isOpen) found.open++;
    });
    return `${open} of ${all}`;
  };
}

test('every look at a small group covers all of it', () => {
  const members: boolean[] = Array(100).fill(false);
  const look = openIn(members);
  expect(look(0)).toBe('0 of 100');
  members[77] = true;
  expect(look(1)).toBe('1 of 100');
});

test('the first look at a large group covers all of it, and a change is seen within a round', () => {
  const members: boolean[] = Array(9000).fill(false);
  const look = openIn(members);
  expect(look(0)).toBe('0 of 9000');
  members[8999] = true;
  expect([1, 2, 3, 4, 5].map(look).join(', ')).toBe('0 of 9000, 0 of 9000, 0 of 9000, 0 of 9000, 1 of 9000');
});

test('after a pause, the next look covers all of it again', () => {
  const members: boolean[] = Array(9000).fill(false);
  const look = openIn(members);
  look(0);
  members[0] = true;
  expect(look(60)).toBe('1 of 9000');
});
