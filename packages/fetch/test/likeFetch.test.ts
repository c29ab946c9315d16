import { perSecond } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { type Fetch, type ProtectOptions, protect } from '../src/index.js';
import { echoServer } from './echoServer.js';
import { ANSWERS } from './scenarios/answers.js';
import { REQUESTS } from './scenarios/requests.js';
import type { Scenario } from './scenarios/scenario.js';

/** All options are set, and no limit is ever exceeded. */
const PROTECTED: ProtectOptions = {
  limits: perSecond(1e6),
  maxWaitSecs: 60,
  maxInFlight: 1000,
  timeoutSecs: 60,
  bodyTimeoutSecs: 60,
  breaker: { errorThreshold: 1e6, timeWindowSecs: 1 },
  retry: { attempts: 2, backoffSecs: 0.001 },
};

/** The result of a scenario, or its error, without what differs in each run. */
async function toldBy(scenario: Scenario, fetch: Fetch): Promise<unknown> {
  const url = await echoServer();
  const { host } = new URL(url);
  try {
    return JSON.parse(JSON.stringify((await scenario(fetch, url)) ?? null).replaceAll(host, 'HOST'));
  } catch (error) {
    const { name, message, cause } = error as Error;
    const why = cause as { readonly code?: string; readonly message?: string } | undefined;
    return { name, message: message.replaceAll(host, 'HOST'), cause: why?.code ?? why?.message };
  }
}

describe('a protected fetch behaves like fetch for', () => {
  test.each(Object.entries({ ...REQUESTS, ...ANSWERS }))('%s', async (_, scenario) => {
    const bare = await toldBy(scenario, fetch);

    expect(await toldBy(scenario, protect(fetch, PROTECTED))).toEqual(bare);
    expect(
      await toldBy(
        scenario,
        protect(fetch, {
          ...PROTECTED,
          timeoutSecs: undefined,
          bodyTimeoutSecs: undefined,
          maxInFlight: undefined,
        }),
      ),
    ).toEqual(bare);
  });

  test('the caller in the stack of an error', async () => {
    const caller = async (fetches: Fetch) => await fetches('http://127.0.0.1:9/');
    const isNamed = async (fetches: Fetch) => {
      const { stack } = await caller(fetches).catch(error => error);
      return stack.includes('likeFetch.test');
    };

    // Some versions of Node do not report this.
    expect(await isNamed(protect(fetch, PROTECTED))).toBe(await isNamed(fetch));
  });

  // Fetch itself loses it in Node 24.
  test("a Request's referrer", async () => {
    const url = await echoServer();
    const referrer = `${url}/page`;
    const request = new Request(`${url}/echo`, { referrer, referrerPolicy: 'unsafe-url' });
    const response = await protect(fetch, PROTECTED)(request);
    expect(await response.json()).toMatchObject({ referer: referrer });
  });

  test('its own name', () => {
    const { name, length } = protect(fetch, PROTECTED);
    expect([name, length]).toEqual([fetch.name, fetch.length]);
  });
});
