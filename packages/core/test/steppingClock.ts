import type { Clock } from '@breaking/core';

/** A clock that can be set to any moment, even an earlier one. */
export class SteppingClock implements Clock {
  constructor(public time = 0) {}

  secondsSinceEpoch(): number {
    return this.time;
  }
}
