import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { turn } from './observed.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** One turn may end a connection, and the end is reported in another turn. What is not collected after this many turns never is. */
const TURNS = 20;

/** Expects that these objects are collected. Their names appear in the error. */
export async function expectCollected(refs: Readonly<Record<string, WeakRef<object>>>): Promise<void> {
  // An object is kept during the turn in which its reference is read.
  const kept = () => Object.keys(refs).filter(name => refs[name]?.deref() !== undefined);
  expect(refs).not.toEqual({});
  for (let turns = 0; turns < TURNS && kept().length > 0; turns++) {
    await turn();
    collectGarbage();
  }
  expect(kept(), 'is kept').toEqual([]);
}
