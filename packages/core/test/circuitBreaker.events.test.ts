import { channel } from 'node:diagnostics_channel';
import type { CallMessage, TransitionMessage } from '@breaking/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { breakerOf, fail, SteppingClock } from './breakerTools.js';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Subscribes until the end of the test. */
function listen<M>(name: string): M[] {
  const heard: M[] = [];
  const onMessage = (message: unknown) => heard.push(message as M);
  channel(name).subscribe(onMessage);
  stops.push(() => channel(name).unsubscribe(onMessage));
  return heard;
}

const transitions = () => listen<TransitionMessage>('breaking:circuit_breaker:transition');
const calls = () => listen<CallMessage>('breaking:circuit_breaker:call');

describe('transitions', () => {
  test('report name, key, from, to, reason and retryAfterSecs', () => {
    const heard = transitions();
    const { breaker, clock } = breakerOf({ name: 'payments', key: 'eu', timeWindowSecs: 20 });
    fail(breaker, 5);
    clock.advanceBy(4);
    breaker.acquire().failure();
    clock.advanceBy(8);
    breaker.acquire().success();
    const who = { name: 'payments', key: 'eu' };
    expect(heard).toEqual([
      { ...who, from: 'closed', to: 'open', reason: 'tooManyErrors', retryAfterSecs: expect.closeTo(4) },
      { ...who, from: 'open', to: 'halfOpen', reason: 'cooldownElapsed', retryAfterSecs: expect.closeTo(8) },
      { ...who, from: 'halfOpen', to: 'open', reason: 'probeFailed', retryAfterSecs: expect.closeTo(8) },
      { ...who, from: 'open', to: 'halfOpen', reason: 'cooldownElapsed', retryAfterSecs: expect.closeTo(16) },
      { ...who, from: 'halfOpen', to: 'closed', reason: 'probesSucceeded', retryAfterSecs: 0 },
    ]);
  });

  test('a breaker without a key has none in its messages', () => {
    const heard = transitions();
    breakerOf().breaker.trip();
    expect(heard).toHaveLength(1);
    expect(heard[0]).not.toHaveProperty('key');
  });

  test('trip and reset are separate reasons, and nothing is published if nothing changes', () => {
    const heard = transitions();
    const { breaker } = breakerOf();
    breaker.reset();
    breaker.trip();
    breaker.trip();
    breaker.reset();
    breaker.reset();
    expect(heard.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['closed', 'open', 'trip'],
      ['open', 'closed', 'reset'],
    ]);
  });

  test('the end of a cool-down is published with the first probe, not by a look: nothing ticks', () => {
    const heard = transitions();
    const { breaker, clock } = breakerOf();
    breaker.trip();
    clock.advanceBy(1000);
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.isAllowingExecution()).toBe(true);
    expect(heard).toHaveLength(1);
    breaker.acquire();
    expect(heard).toHaveLength(2);
  });

  test('recordFailure and recordSuccess publish the probe that they are', () => {
    const heard = transitions();
    const { breaker, clock } = breakerOf();
    breaker.trip();
    clock.advanceBy(2);
    breaker.recordFailure();
    clock.advanceBy(4);
    breaker.recordSuccess();
    expect(heard.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'closed open',
      'open halfOpen',
      'halfOpen open',
      'open halfOpen',
      'halfOpen closed',
    ]);
  });

  test('onTransition gets the transition message, whether anybody listens or not', () => {
    const onTransition = vi.fn();
    const { breaker } = breakerOf({ onTransition });
    breaker.trip();
    const heard = transitions();
    breaker.reset();
    expect(onTransition).toHaveBeenCalledTimes(2);
    expect(onTransition).toHaveBeenLastCalledWith(heard[0]);
  });

  test('onTransition sees the breaker in its new state, and may change it', () => {
    const seen: string[] = [];
    const { breaker } = breakerOf({
      onTransition: ({ to }) => {
        seen.push(`${to} ${breaker.state}`);
        if (to === 'open') breaker.reset();
      },
    });
    fail(breaker, 5);
    expect(seen).toEqual(['open open', 'closed closed']);
    expect(breaker.state).toBe('closed');
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('oh no');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('oh no');
      },
    ],
  ])('an onTransition that %s harms no call: it becomes a process warning', async (_, onTransition) => {
    const { breaker } = breakerOf({ errorThreshold: 1, onTransition });
    const warned = new Promise(resolve => process.once('warning', resolve));
    const boom = new Error('boom');
    await expect(breaker.run(() => Promise.reject(boom))).rejects.toBe(boom);
    expect(breaker.state).toBe('open');
    expect(await warned).toMatchObject({
      code: 'BREAKING_CALLBACK_ERROR',
      message: 'CircuitBreaker: onTransition failed: oh no',
    });
  });
});

describe('calls', () => {
  test('report name, key, outcome and duration', async () => {
    const heard = calls();
    const { breaker, clock } = breakerOf({ name: 'payments', key: 'eu' });
    await breaker.run(async () => clock.advanceBy(0.25));
    const permit = breaker.acquire();
    clock.advanceBy(2);
    permit.failure();
    breaker.acquire().ignore();
    breaker.trip();
    await breaker.run(() => 1).catch(() => {});
    breaker.tryAcquire();
    const who = { name: 'payments', key: 'eu' };
    expect(heard).toEqual([
      { ...who, outcome: 'success', durationSecs: expect.closeTo(0.25) },
      { ...who, outcome: 'failure', durationSecs: expect.closeTo(2) },
      { ...who, outcome: 'ignored', durationSecs: 0 },
      { ...who, outcome: 'refused' },
      { ...who, outcome: 'refused' },
    ]);
  });

  test('without a permit have no duration, and so do calls that began before anybody listened', () => {
    const { breaker } = breakerOf();
    const permit = breaker.acquire();
    const heard = calls();
    permit.success();
    breaker.recordFailure();
    breaker.recordSuccess();
    expect(heard).toEqual([
      { name: 'default', outcome: 'success' },
      { name: 'default', outcome: 'failure' },
      { name: 'default', outcome: 'success' },
    ]);
  });

  test('last at least 0 seconds on a clock that steps back', () => {
    const heard = calls();
    const clock = new SteppingClock();
    const { breaker } = breakerOf({ clock });
    const permit = breaker.acquire();
    clock.time -= 5;
    permit.success();
    expect(heard).toEqual([{ name: 'default', outcome: 'success', durationSecs: 0 }]);
  });

  test('of an older epoch are published as they ended', () => {
    const { breaker } = breakerOf();
    const permit = breaker.acquire();
    breaker.trip();
    const heard = calls();
    permit.success();
    expect(heard).toEqual([{ name: 'default', outcome: 'success' }]);
  });

  test('an error that does not count is a success', async () => {
    const heard = calls();
    const { breaker } = breakerOf({ isFailure: () => false });
    await breaker.run(() => Promise.reject(new Error('no matter'))).catch(() => {});
    expect(heard).toMatchObject([{ outcome: 'success' }]);
  });

  test('looking publishes nothing', () => {
    const heard = calls();
    const { breaker } = breakerOf();
    breaker.isAllowingExecution();
    breaker.trip();
    breaker.isBlockingExecution();
    expect(heard).toEqual([]);
  });
});

describe('the clock', () => {
  test('is read at most once for each operation, and never by a new breaker without subscribers', () => {
    let readings = 0;
    const clock = {
      secondsSinceEpoch: () => {
        readings += 1;
        return 0;
      },
    };
    const { breaker } = breakerOf({ clock });
    breaker.acquire().success();
    expect(readings).toBe(0);
    fail(breaker, 5);
    readings = 0;
    const operations = [
      () => breaker.tryAcquire(),
      () => breaker.recordFailure(),
      () => breaker.state,
      () => breaker.retryAfterSecs,
      () => breaker.isAllowingExecution(),
      () => breaker.trip(),
      () => breaker.reset(),
    ];
    for (const operation of operations) operation();
    expect(readings).toBe(operations.length);
  });
});
