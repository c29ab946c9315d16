import { describe, expect, test } from 'vitest';
import { contendersOf } from '../src/contender.js';
import type { Fetch, OutboundContender } from '../src/outbound/outboundContender.js';

const contenders = await contendersOf<OutboundContender>('outbound');

describe.each(contenders.map(contender => [contender.name, contender] as const))('%s', (_name, contender) => {
  test.each(['protect', 'protectTimed'] as const)(
    '%s passes responses on, and opens after failures',
    async kind => {
      let calls = 0;
      let isBroken = false;
      const upstream: Fetch = async () => {
        calls += 1;
        if (isBroken) throw new Error('broken');
        return new Response('answer');
      };
      const fetch = await contender[kind](upstream);
      expect(await (await fetch('http://upstream.test/')).text()).toBe('answer');

      isBroken = true;
      await Promise.allSettled(Array.from({ length: 10 }, () => fetch('http://upstream.test/')));
      const until = calls;
      await expect(fetch('http://upstream.test/')).rejects.toThrow();
      expect(calls).toBe(until);
    },
  );
});
