import { describe, expect, test } from 'vitest';
import { contendersOf, OURS } from '../src/contender.js';
import type { KeyedContender, KeyedLimiter } from '../src/keyed/keyedContender.js';

const contenders = await contendersOf<KeyedContender>('keyed');
const peers = contenders.filter(({ role }) => role !== 'floor');

test('we come first', () => {
  expect(contenders[0]?.name).toBe(OURS);
  expect(peers.length).toBeGreaterThan(5);
});

describe.each(peers.map(contender => [contender.name, contender] as const))('%s', (_name, contender) => {
  test('allows as many as the limit, then refuses', async () => {
    const limiter = await contender.open({ requests: 3, windowSecs: 3600 });

    expect(await answers(limiter, 'a', 5)).toEqual([true, true, true, false, false]);
  });

  test('counts each key separately', async () => {
    const limiter = await contender.open({ requests: 1, windowSecs: 3600 });
    await answers(limiter, 'a', 2);

    expect(await answers(limiter, 'b', 2)).toEqual([true, false]);
  });
});

async function answers(limiter: KeyedLimiter, key: string, count: number): Promise<readonly boolean[]> {
  const allowed: boolean[] = [];
  for (let i = 0; i < count; i++) {
    const answer = await Promise.resolve(limiter.decide(key)).catch(refusal => refusal);
    allowed.push(limiter.isAllowed(answer));
  }
  return allowed;
}
