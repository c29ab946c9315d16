import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { within } from '../src/base/deadline.js';

test('an answer that came while the process stood still is in time', async () => {
  const answer = within('it', 0.005, promisify(randomBytes)(8));
  // Another thread makes the answer. Nobody here reads it until the deadline has long passed.
  const until = performance.now() + 20;
  while (performance.now() < until);
  expect(await answer).toHaveLength(8);
});
