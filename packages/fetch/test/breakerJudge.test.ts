import { MockClock } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';
import { protect } from '../src/index.js';
import { scriptedServer } from './scriptedServer.js';

provokes('BREAKING_CALLBACK_ERROR');

describe('isFailedResult of the breaker', () => {
  test('receives the response', async () => {
    const { url } = await scriptedServer([[200, { 'X-Broken': 'yes' }]]);
    const isFailedResult = (answer: unknown) => (answer as Response).headers.has('X-Broken');
    const breaker = { errorThreshold: 1, timeWindowSecs: 60, isFailedResult };
    const fetches = protect(fetch, { clock: new MockClock(), breaker });

    expect((await fetches(url)).status).toBe(200);
    expect(fetches.breakers?.get(url).state).toBe('open');
  });

  test('that throws counts as a failure, prints a warning and does not affect the response', async () => {
    const { url } = await scriptedServer([[200]]);
    const isFailedResult = () => {
      throw new Error('a mistake');
    };
    const breaker = { errorThreshold: 1, timeWindowSecs: 60, isFailedResult };
    const fetches = protect(fetch, { clock: new MockClock(), breaker });

    expect(await (await fetches(url)).text()).toBe('answer');
    expect(fetches.breakers?.get(url).state).toBe('open');
  });
});
