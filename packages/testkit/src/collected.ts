import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { turn } from './observed.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** One turn may end a connection, and the end is reported in another turn. What a timer keeps for longer is kept too long. */
const LONGEST_SECS = 5;
const MOST_TURNS = 20;

/** Expects that these objects are collected. Their names appear in the error. */
export async function expectCollected(refs: Readonly<Record<string, WeakRef<object>>>): Promise<void> {
  // An object is kept during the turn in which its reference is read.
  const kept = () => Object.keys(refs).filter(name => refs[name]?.deref() !== undefined);
  expect(refs).not.toEqual({});
  const endSecs = process.uptime() + LONGEST_SECS;
  for (let turns = 0; kept().length > 0 && (turns < MOST_TURNS || process.uptime() < endSecs); turns++) {
    await turn();
    collectGarbage();
  }
  expect(kept(), 'is kept').toEqual([]);
}
