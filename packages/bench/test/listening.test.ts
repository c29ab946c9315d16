import { channel } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { contendersOf } from '../src/contender.js';
import type { ListeningContender } from '../src/listening/listeningContender.js';

const contenders = await contendersOf<ListeningContender>('listening');

describe.each(contenders.map(contender => [contender.name, contender] as const))('%s', (_name, contender) => {
  test('listens until it is stopped', async () => {
    const listen = await contender.open();
    const decisions = channel('breaking:rate_limit:decision');
    const stop = listen();
    expect(decisions.hasSubscribers).toBe(true);
    stop();
    expect(decisions.hasSubscribers).toBe(false);
  });
});
