import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MockClock } from '@breaking/core';
import { simulated } from '@breaking/testkit/simulation';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AdaptiveContender } from '../src/adaptive/adaptiveContender.js';
import { SCENARIOS } from '../src/adaptive/scenarios.js';
import { contendersOf } from '../src/contender.js';
import { type OverloadContender, PRIORITY } from '../src/overload/overloadContender.js';
import { SERVERS } from '../src/overload/servers.js';

type FrameworkName = keyof typeof SERVERS;

const contenders = await contendersOf<OverloadContender>('overload');
const mounted = (Object.keys(SERVERS) as FrameworkName[]).flatMap(framework =>
  contenders
    .filter(contender => contender[framework] !== undefined)
    .map(contender => [framework, contender.name, contender] as const),
);

/** The statuses of requests that arrive while earlier ones are under way, and the handler answers none. */
async function served(framework: FrameworkName, contender: OverloadContender, hasPriorities: boolean) {
  let release: () => void = () => {};
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  const service = { capacityHz: 1, serve: () => held };
  const server = createServer(await SERVERS[framework](contender, service, hasPriorities));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async () => {
    const answer = await fetch(url, { headers: { [PRIORITY]: '0' } });
    await answer.text();
    return answer.status;
  };
  return { ask, release };
}

describe.each(mounted)('on %s, %s', (framework, _name, contender) => {
  test.each([false, true])('lets requests through at low load (priorities: %s)', async priorities => {
    const { ask, release } = await served(framework, contender, priorities);
    release();
    expect(await ask()).toBe(200);
  });
});

test.each(mounted.filter(([, name]) => name === 'breaking'))(
  'on %s, %s refuses the 21st request, and the 16th of low priority',
  async (framework, _name, contender) => {
    for (const [hasPriorities, limit] of [
      [false, 20],
      [true, 15],
    ] as const) {
      const { ask, release } = await served(framework, contender, hasPriorities);
      const underWay = Array.from({ length: limit + 1 }, ask);
      expect(await Promise.race(underWay)).toBe(503);
      release();
      expect((await Promise.all(underWay)).filter(status => status === 200).length).toBe(limit);
    }
  },
);

describe('a rule for the limit', async () => {
  const rules = await contendersOf<AdaptiveContender>('adaptive');

  test.each(rules.map(rule => [rule.name, rule] as const))(
    '%s admits, refuses and releases',
    async (_, rule) => {
      const limiterOn = await rule.open();
      const limiter = limiterOn(new MockClock());
      const permits = Array.from({ length: limiter.limit }, () => limiter.tryAcquire());
      expect(limiter.tryAcquire()).toBeUndefined();
      permits[0]?.success();
      expect(limiter.inFlight).toBe(permits.length - 1);
      const server = { ...SCENARIOS['10, 5, 20 places']!, secs: 10 };
      expect(simulated(server, limiterOn).goodput).toBeGreaterThan(0);
    },
  );
});
