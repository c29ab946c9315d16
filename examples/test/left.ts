import { expect } from 'vitest';

/** Expects a wait in whole seconds, of which as much is over as has really passed since a moment of `performance.now()`. */
export function expectLeft(left: unknown, secs: number, sinceMs: number): void {
  const passedSecs = (performance.now() - sinceMs) / 1000;
  expect(left).toBeLessThanOrEqual(secs);
  expect(left).toBeGreaterThanOrEqual(Math.ceil(secs - passedSecs));
}
