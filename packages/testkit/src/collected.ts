import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { turn } from './observed.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * A turn may end a connection, and another turn receives its end. On Hono's server 20 were too few for some contexts; why is not
 * known. What is kept after this many is never collected.
 */
const TURNS = 100;

/** Expects that nobody keeps these objects any more, by the names that they are given here. */
export async function expectCollected(refs: Readonly<Record<string, WeakRef<object>>>): Promise<void> {
  // In the turn that looks at a reference its object is kept.
  const kept = () => Object.keys(refs).filter(name => refs[name]?.deref() !== undefined);
  expect(refs).not.toEqual({});
  for (let turns = 0; turns < TURNS && kept().length > 0; turns++) {
    await turn();
    collectGarbage();
  }
  expect(kept(), 'is kept').toEqual([]);
}
