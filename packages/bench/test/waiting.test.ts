import { describe, expect, test } from 'vitest';
import { contendersOf } from '../src/contender.js';
import type { WaitingContender } from '../src/waiting/waitingContender.js';

const contenders = await contendersOf<WaitingContender>('waiting');

describe.each(contenders.map(contender => [contender.name, contender] as const))('%s', (_name, contender) => {
  test('lets a full burst through at once, and one more only when a token is back', async () => {
    const wait = await contender.open({ burst: 3, rateHz: 50 });
    const begun = performance.now();
    await Promise.all([wait(), wait(), wait(), wait()]);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(19);
  });
});
