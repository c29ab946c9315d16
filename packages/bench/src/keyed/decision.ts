import type { Measured, Part } from '../part.js';
import { nsPerCall } from '../timing.js';
import { decisions } from './decisions.js';
import type { KeyedContender } from './keyedContender.js';
import { flatKeys, type Order, uniform, zipf } from './keys.js';

const KEYS: Readonly<Record<string, number>> = {
  'hot key': 1,
  '1 k': 1000,
  '100 k': 100_000,
  '1 M': 1_000_000,
};
const ORDER_LENGTH = 2 ** 20;
const WARM_UP_MS = 150;
const MEASURE_MS = 200;
const WINDOW_SECS = 3600;

/** What one decision costs: of a key that is always the same, and of many, which are all held before time is taken. */
export const decision: Part<KeyedContender> = {
  name: 'decision',
  title: 'A keyed decision, in nanoseconds',
  family: 'keyed',
  rounds: 3,
  runs: Object.keys(KEYS),
  takesPart: () => true,
  async measure(contender, run) {
    const count = KEYS[run] as number;
    const keys = flatKeys(count);
    return count === 1 ? ofHotKey(contender, keys) : ofManyKeys(contender, keys);
  },
};

async function ofHotKey(contender: KeyedContender, keys: readonly string[]): Promise<Measured> {
  const one = new Uint32Array(1);
  const allowed = await nsOf(contender, keys, one, 1e9);
  return { 'ns allowed': allowed, 'ns refused': await nsOf(contender, keys, one, 1) };
}

async function nsOf(contender: KeyedContender, keys: readonly string[], order: Order, requests: number) {
  const limiter = await contender.open({ requests, windowSecs: WINDOW_SECS });
  const decide = decisions(limiter, keys, order);
  await nsPerCall(decide, WARM_UP_MS);
  return nsPerCall(decide, MEASURE_MS);
}

async function ofManyKeys(contender: KeyedContender, keys: readonly string[]): Promise<Measured> {
  const limiter = await contender.open({ requests: 1e9, windowSecs: WINDOW_SECS, keys: keys.length });
  const inOrder = Uint32Array.from(
    { length: 2 ** Math.ceil(Math.log2(keys.length)) },
    (_, i) => i % keys.length,
  );
  await decisions(limiter, keys, inOrder)(0, keys.length);
  const ns: Record<string, number> = {};
  for (const [name, order] of Object.entries({ uniform, zipf })) {
    const decide = decisions(limiter, keys, order(keys.length, ORDER_LENGTH));
    await nsPerCall(decide, WARM_UP_MS);
    ns[`ns ${name}`] = await nsPerCall(decide, MEASURE_MS);
  }
  return ns;
}
