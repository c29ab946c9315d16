import { describe, expect, test } from 'vitest';
import { ServerTime } from '../src/serverTime.js';

/** How far the server's clock is ahead, in microseconds. */
const AHEAD = 1000;

describe("the estimate of the server's clock", () => {
  test('is 0 before the first response, so that every command counts as late', () => {
    expect(new ServerTime().at(5)).toBe(0);
  });

  test('starts with the earliest time that the first response allows', () => {
    const time = new ServerTime();
    time.learn(8_000_000 + AHEAD, 0, 8_000_100);
    expect(time.at(0)).toBe(AHEAD - 100);
  });

  test('changes only with responses that narrow the range', () => {
    const time = new ServerTime();
    time.learn(50 + AHEAD, 0, 100);
    time.learn(210 + AHEAD, 200, 220);
    expect(time.at(0)).toBe(AHEAD - 10);
    time.learn(350 + AHEAD, 300, 400);
    expect(time.at(0)).toBe(AHEAD - 10);
  });

  test.each([1e9, -1e9])('follows a clock that jumped by %d microseconds on the next response', jump => {
    const time = new ServerTime();
    time.learn(50 + AHEAD, 0, 100);
    time.learn(250 + AHEAD + jump, 200, 300);
    expect(Math.abs(time.at(0) - (AHEAD + jump))).toBeLessThanOrEqual(50);
  });
});
