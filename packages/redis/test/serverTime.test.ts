import { describe, expect, test } from 'vitest';
import { ServerTime } from '../src/serverTime.js';

/** A server's clock that is a thousand microseconds ahead. */
const AHEAD = 1000;

describe("what is known of the server's clock", () => {
  test('is nothing before the first answer: no command is in time then', () => {
    expect(new ServerTime().at(5)).toBe(0);
  });

  test('is at first the earliest that the answer allows, though it may have been held back for seconds', () => {
    const time = new ServerTime();
    time.learn(8_000_000 + AHEAD, 0, 8_000_100);
    expect(time.at(0)).toBe(AHEAD - 100);
  });

  test('comes closer with each answer that allows less, and stays with those that allow more', () => {
    const time = new ServerTime();
    time.learn(50 + AHEAD, 0, 100);
    time.learn(210 + AHEAD, 200, 220);
    expect(time.at(0)).toBe(AHEAD - 10);
    time.learn(350 + AHEAD, 300, 400);
    expect(time.at(0)).toBe(AHEAD - 10);
  });

  test.each([1e9, -1e9])('follows a clock that jumps by %d microseconds with the next answer', jump => {
    const time = new ServerTime();
    time.learn(50 + AHEAD, 0, 100);
    time.learn(250 + AHEAD + jump, 200, 300);
    expect(Math.abs(time.at(0) - (AHEAD + jump))).toBeLessThanOrEqual(50);
  });
});
