import type { Measured, Part } from '../part.js';
import { spread } from '../stats.js';
import { collectGarbage, nsByChunk, nsPerCall } from '../timing.js';
import { decisions } from './decisions.js';
import type { KeyedContender, KeyedLimiter } from './keyedContender.js';
import { KeyBytes, keysIn, type Order, uniform, zipf } from './keys.js';

const KEYS: Readonly<Record<string, number>> = {
  'hot key': 1,
  'two keys': 2,
  '1 k keys': 1e3,
  '100 k keys': 1e5,
  '1 M keys': 1e6,
};
const ORDER_LENGTH = 2 ** 20;
const WARM_UP_MS = 100;
const MEASURE_MS = 200;
/** Decisions between two readings of the clock: a power of two, so that positions are cheap to compute. */
const BATCH = 2048;
/** Enough decisions for a limiter that is so fast that making its keys would take seconds. */
const ENOUGH = 4e6;
const SAME_STRINGS = 'ns uniform, same strings';

/**
 * The cost of one decision: on a single key, on two alternating keys, and on many, which are all stored before the
 * measurement. Each decision has a new key string, except in "same strings".
 */
export const decision: Part<KeyedContender> = {
  name: 'decision',
  title: 'A keyed decision, in nanoseconds',
  family: 'keyed',
  rounds: 3,
  runs: Object.keys(KEYS),
  takesPart: () => true,
  async measure(contender, run) {
    const count = KEYS[run] as number;
    return count === 1 ? ofHotKey(contender) : ofManyKeys(contender, count);
  },
};

async function ofHotKey(contender: KeyedContender): Promise<Measured> {
  const keys = new KeyBytes(1);
  const order = new Uint32Array(BATCH);
  const measured: Record<string, number> = {};
  for (const [name, requests] of Object.entries({ allowed: 1e9, refused: 1 })) {
    const limiter = await contender.open({ requests, windowSecs: 3600 });
    Object.assign(measured, spread(`ns ${name}`, await nsOfNewStrings(limiter, order, keys)));
  }
  const limiter = await contender.open({ requests: 1e9, windowSecs: 3600 });
  return { ...measured, ...spread(SAME_STRINGS, await nsOfSameStrings(limiter, order, [keys.at(0)])) };
}

async function ofManyKeys(contender: KeyedContender, count: number): Promise<Measured> {
  const bytes = new KeyBytes(count);
  const strings = Array.from({ length: count }, (_, i) => bytes.at(i));
  const limiter = await contender.open({ requests: 1e9, windowSecs: 3600, keys: count });
  await decisions(limiter, i => strings[i] as string)(0, count);
  const even = count === 2 ? Uint32Array.of(0, 1) : uniform(count, ORDER_LENGTH);
  return {
    ...spread('ns uniform', await nsOfNewStrings(limiter, even, bytes)),
    ...spread('ns zipf', await nsOfNewStrings(limiter, zipf(count, ORDER_LENGTH), bytes)),
    ...spread(SAME_STRINGS, await nsOfSameStrings(limiter, even, strings)),
  };
}

/** On new key strings, which are made outside of the measured time. */
export function nsOfNewStrings(
  limiter: KeyedLimiter,
  order: Order,
  bytes: KeyBytes,
): Promise<readonly number[]> {
  const keys: string[] = new Array(BATCH).fill('');
  const last = order.length - 1;
  let made = 0;
  const prepare = () => {
    for (let i = 0; i < BATCH; i++) keys[i] = bytes.at(order[made++ & last] as number);
  };
  prepare();
  return nsOf(limiter, i => keys[i & (BATCH - 1)] as string, prepare);
}

/** With the string objects that the Map contains: they need no hashing and no comparison. */
function nsOfSameStrings(
  limiter: KeyedLimiter,
  order: Order,
  strings: readonly string[],
): Promise<readonly number[]> {
  return nsOf(limiter, keysIn(order, strings), () => undefined);
}

async function nsOf(
  limiter: KeyedLimiter,
  keyOf: (i: number) => string,
  prepare: () => void,
): Promise<readonly number[]> {
  const decide = decisions(limiter, keyOf);
  collectGarbage();
  await nsPerCall(decide, { forMs: WARM_UP_MS, enough: ENOUGH, batch: BATCH, prepare });
  return nsByChunk(decide, { forMs: MEASURE_MS, enough: ENOUGH, batch: BATCH, prepare });
}
