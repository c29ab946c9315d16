import { channel } from 'node:diagnostics_channel';
import type { CircuitBreaker, TransitionMessage } from '@breaking/core';
import { afterEach, describe, expect, test } from 'vitest';
import { breakerOf, fail } from './breakerTools.js';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

type React = (breaker: CircuitBreaker, message: TransitionMessage) => void;

/** Ways to receive a transition and react to it at once. */
const HEARD: Readonly<Record<string, (react: React) => ReturnType<typeof breakerOf>>> = {
  onTransition(react) {
    const made = breakerOf({ onTransition: message => react(made.breaker, message) });
    return made;
  },
  'the transition channel'(react) {
    const made = breakerOf();
    const hear = (message: unknown) => react(made.breaker, message as TransitionMessage);
    const transitions = channel('breaking:circuit_breaker:transition');
    transitions.subscribe(hear);
    stops.push(() => transitions.unsubscribe(hear));
    return made;
  },
};

describe.each(Object.entries(HEARD))('a listener that uses %s', (_name, hearing) => {
  /** A breaker that is reset as soon as it has that state, and the states that were published. */
  const resetWhen = (state: string) => {
    const states: string[] = [];
    const made = hearing((breaker, { to }) => {
      states.push(to);
      if (to === state) breaker.reset();
    });
    return { ...made, states };
  };

  test.each<[string, (breaker: CircuitBreaker) => void]>([
    ['a failure', breaker => fail(breaker, 5)],
    ['recordFailure', breaker => Array.from({ length: 5 }, () => breaker.recordFailure())],
    ['trip', breaker => breaker.trip()],
  ])('may reset a breaker that %s has opened: it is as good as new', (_how, open) => {
    const { breaker, circuit, states } = resetWhen('open');
    open(breaker);
    expect(states).toEqual(['open', 'closed']);
    expect([breaker.state, circuit.isLikeNew()]).toEqual(['closed', true]);
    fail(breaker, 4);
    expect(breaker.state).toBe('closed');
  });

  test.each(['success', 'failure', 'ignore'] as const)(
    'may reset one that admits a probe: its %s changes nothing',
    outcome => {
      const { breaker, clock, states } = resetWhen('halfOpen');
      breaker.trip();
      clock.advanceBy(2);
      const probe = breaker.acquire();
      expect(breaker.state).toBe('closed');
      fail(breaker, 4);
      probe[outcome]();
      expect([breaker.state, states]).toEqual(['closed', ['open', 'halfOpen', 'closed']]);
      fail(breaker);
      expect(breaker.state).toBe('open');
    },
  );

  test('may reset one whose probe is a run: that is called and answers all the same', async () => {
    const { breaker, circuit, clock } = resetWhen('halfOpen');
    breaker.trip();
    clock.advanceBy(2);
    await expect(breaker.run(async () => 'an answer')).resolves.toBe('an answer');
    expect([breaker.state, circuit.isLikeNew()]).toEqual(['closed', true]);
  });

  test('may reset one whose probe is recordFailure: that changes nothing any more', () => {
    const { breaker, circuit, clock, states } = resetWhen('halfOpen');
    breaker.trip();
    clock.advanceBy(2);
    breaker.recordFailure();
    expect(states).toEqual(['open', 'halfOpen', 'closed']);
    expect([breaker.state, circuit.isLikeNew()]).toEqual(['closed', true]);
  });

  test('may trip one that has closed: it opens again, with the wait of a second trip', () => {
    const states: string[] = [];
    const { breaker, clock } = hearing((tripped, { to }) => {
      states.push(to);
      if (to === 'closed') tripped.trip();
    });
    breaker.trip();
    clock.advanceBy(2);
    breaker.acquire().success();
    expect(states).toEqual(['open', 'halfOpen', 'closed', 'open']);
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('is refused while a probe is admitted: one is under way', () => {
    const admitted: boolean[] = [];
    const { breaker, clock } = hearing((asked, { to }) => {
      if (to === 'halfOpen') admitted.push(asked.tryAcquire() !== undefined);
    });
    breaker.trip();
    clock.advanceBy(2);
    breaker.acquire().success();
    expect(admitted).toEqual([false]);
    expect(breaker.state).toBe('closed');
  });
});

test('a listener of calls may reset the breaker: what it had counted is gone', () => {
  const { breaker, circuit } = breakerOf();
  const calls = channel('breaking:circuit_breaker:call');
  const hear = () => breaker.reset();
  calls.subscribe(hear);
  stops.push(() => calls.unsubscribe(hear));
  fail(breaker, 50);
  expect([breaker.state, circuit.isLikeNew()]).toEqual(['closed', true]);
});
