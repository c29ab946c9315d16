import { type CircuitBreaker, type CircuitBreakerOptions, MockClock } from '@breaking/core';
import { Circuit } from '../src/breaker/circuit.js';
import { breakerOver } from '../src/breaker/circuitBreaker.js';
import { breakerSettings } from '../src/breaker/options.js';

/** 5 failures in 10 s: one token returns in 2 s, which is the first cool-down. */
export const FIVE_IN_TEN = { errorThreshold: 5, timeWindowSecs: 10 };

/** A breaker on a clock that stands still, and its circuit. */
export function breakerOf(options: Partial<CircuitBreakerOptions> = {}) {
  const clock = new MockClock(1000);
  const circuit = new Circuit(breakerSettings('CircuitBreaker', { ...FIVE_IN_TEN, clock, ...options }));
  return { clock, circuit, breaker: breakerOver(circuit) };
}

/** Fails `times` times, each with a permit. */
export function fail(breaker: CircuitBreaker, times = 1): void {
  for (let i = 0; i < times; i++) breaker.acquire().failure();
}

/** A clock that can be set to any time, even backwards. */
export class SteppingClock {
  time = 1000;
  secondsSinceEpoch(): number {
    return this.time;
  }
}

/** A promise, with functions to settle it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}

/** Random numbers from 0 to below 1, from a seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
