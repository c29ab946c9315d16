import type { Measured, Part } from '../part.js';
import { collectGarbage, nsPerCall } from '../timing.js';
import { decisions } from './decisions.js';
import type { KeyedContender, KeyedLimiter } from './keyedContender.js';
import { inTurn, keyAt, keysIn, type Order, uniform, zipf } from './keys.js';

const KEYS: Readonly<Record<string, number>> = {
  'hot key': 1,
  '1 k keys': 1e3,
  '100 k keys': 1e5,
  '1 M keys': 1e6,
};
const ORDER_LENGTH = 2 ** 20;
const WARM_UP_MS = 100;
const MEASURE_MS = 150;

/** What one decision costs: on a key that is always the same, and on many, which are all held before time is taken. */
export const decision: Part<KeyedContender> = {
  name: 'decision',
  title: 'A keyed decision, in nanoseconds',
  family: 'keyed',
  rounds: 3,
  runs: Object.keys(KEYS),
  takesPart: () => true,
  async measure(contender, run) {
    const keys = Array.from({ length: KEYS[run] as number }, (_, i) => keyAt(i));
    return keys.length === 1 ? ofHotKey(contender, keys) : ofManyKeys(contender, keys);
  },
};

async function ofHotKey(contender: KeyedContender, keys: readonly string[]): Promise<Measured> {
  const measured: Record<string, number> = {};
  for (const [name, requests] of Object.entries({ allowed: 1e9, refused: 1 })) {
    const limiter = await contender.open({ requests, windowSecs: 3600 });
    measured[`ns ${name}`] = await nsOf(limiter, new Uint32Array(1), keys);
  }
  return measured;
}

async function ofManyKeys(contender: KeyedContender, keys: readonly string[]): Promise<Measured> {
  const limiter = await contender.open({ requests: 1e9, windowSecs: 3600, keys: keys.length });
  await decisions(limiter, keysIn(inTurn(keys.length, ORDER_LENGTH), keys))(0, keys.length);
  const measured: Record<string, number> = {};
  for (const [name, orderOf] of Object.entries({ uniform, zipf })) {
    measured[`ns ${name}`] = await nsOf(limiter, orderOf(keys.length, ORDER_LENGTH), keys);
  }
  return measured;
}

async function nsOf(limiter: KeyedLimiter, order: Order, keys: readonly string[]): Promise<number> {
  const decide = decisions(limiter, keysIn(order, keys));
  collectGarbage();
  await nsPerCall(decide, WARM_UP_MS);
  return nsPerCall(decide, MEASURE_MS);
}
