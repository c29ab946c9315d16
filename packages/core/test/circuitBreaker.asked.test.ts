import { type CircuitBreaker, CircuitBreakerGroup, MockClock, type Permit } from '@breaking/core';
import { whenAsked } from '@breaking/core/internal';
import { describe, expect, test } from 'vitest';
import { breakerOf, FIVE_IN_TEN } from './breakerTools.js';

/** A breaker with a probe under way, whose response has not begun. */
function probed(options = {}) {
  const made = breakerOf(options);
  made.breaker.trip();
  made.clock.advanceBy(2);
  const permit = made.breaker.acquire();
  return { ...made, permit };
}

/** Counts how often a permit was asked, and settles it once its response has begun. */
function stream(permit: Permit, settle: (permit: Permit) => void = () => permit.success()) {
  const probe = { asked: 0, hasBegun: false };
  whenAsked(permit, {
    ask() {
      probe.asked += 1;
      if (probe.hasBegun) settle(permit);
    },
  });
  return probe;
}

const LOOKS: [string, (breaker: CircuitBreaker) => unknown][] = [
  ['state', breaker => breaker.state],
  ['retryAfterSecs', breaker => breaker.retryAfterSecs],
  ['isAllowingExecution', breaker => breaker.isAllowingExecution()],
  ['isBlockingExecution', breaker => breaker.isBlockingExecution()],
  ['tryAcquire', breaker => breaker.tryAcquire()],
  ['run', breaker => breaker.run(async () => 1)],
];

describe('a probe that can report its outcome early', () => {
  test.each(LOOKS)('is asked by %s, and settled once it knows', (_, look) => {
    const { breaker, permit, circuit } = probed();
    const probe = stream(permit);
    expect(breaker.state).toBe('halfOpen');
    probe.hasBegun = true;
    look(breaker);
    expect(breaker.state).toBe('closed');
    permit.failure();
    expect(circuit.state).toBe('closed');
  });

  test('is asked at each look until it is settled, and never after that', () => {
    const { breaker, permit } = probed();
    const probe = stream(permit);
    for (let i = 1; i <= 3; i++) {
      expect(breaker.tryAcquire()).toBeUndefined();
      expect(probe.asked).toBe(i);
    }
    probe.hasBegun = true;
    expect(breaker.tryAcquire()).toBeDefined();
    for (let i = 0; i < 10; i++) breaker.trip();
    expect(breaker.state).toBe('open');
    expect(probe.asked).toBe(4);
  });

  test('is not asked until somebody looks: there is no timer', () => {
    const { clock, permit } = probed();
    const probe = stream(permit);
    probe.hasBegun = true;
    clock.advanceBy(3600);
    expect(probe.asked).toBe(0);
  });

  test('may fail', () => {
    const { breaker, permit } = probed();
    const probe = stream(permit, each => each.failure());
    probe.hasBegun = true;
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('that has ended, or whose outcome no longer counts, is not asked', () => {
    const ended = probed();
    const first = stream(ended.permit);
    ended.permit.ignore();
    expect([ended.breaker.state, first.asked]).toEqual(['halfOpen', 0]);

    const tripped = probed();
    const second = stream(tripped.permit);
    tripped.breaker.trip();
    tripped.clock.advanceBy(100);
    expect([tripped.breaker.state, second.asked]).toEqual(['halfOpen', 0]);
  });

  test('is asked together with others, until one has settled them all', () => {
    const { breaker, permit, clock } = probed();
    const probes = [stream(permit)];
    clock.advanceBy(4);
    probes.push(stream(breaker.acquire()));
    clock.advanceBy(8);
    probes.push(stream(breaker.acquire()));
    if (probes[1] !== undefined) probes[1].hasBegun = true;
    expect(breaker.state).toBe('closed');
    expect(breaker.state).toBe('closed');
    // The second and the third acquire asked the first probe, the third acquire asked the second.
    expect(probes.map(({ asked }) => asked)).toEqual([3, 2, 0]);
  });

  test('counts towards probeSuccesses', () => {
    const { breaker, permit } = probed({ probeSuccesses: 2 });
    stream(permit).hasBegun = true;
    const next = breaker.tryAcquire();
    expect(breaker.state).toBe('halfOpen');
    stream(next as Permit).hasBegun = true;
    expect(breaker.state).toBe('closed');
  });

  test('may look at the breaker itself while it is asked', () => {
    const { breaker, permit } = probed();
    const states: string[] = [];
    whenAsked(permit, { ask: () => states.push(breaker.state) });
    expect(breaker.state).toBe('halfOpen');
    expect(states).toEqual(['halfOpen']);
  });

  test('a call that is not a probe is never asked', () => {
    const { breaker } = breakerOf();
    const call = stream(breaker.acquire());
    breaker.recordFailure();
    expect([breaker.state, breaker.retryAfterSecs, call.asked]).toEqual(['closed', 0, 0]);
  });

  test('of a group is asked by entries', () => {
    const clock = new MockClock();
    const group = new CircuitBreakerGroup({ ...FIVE_IN_TEN, clock });
    group.get('a').trip();
    clock.advanceBy(2);
    const probe = stream(group.get('a').acquire());
    expect([...group.entries()].map(([key]) => key)).toEqual(['a']);
    expect(probe.asked).toBe(1);
  });
});
