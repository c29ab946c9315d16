import { CircuitBreaker, guarded, MockClock } from '@breaking/core';

/** Opens on the first failure. */
export const breaker = new CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock() });

/** A class as users of NestJS write it. */
export class Service {
  readonly base: number;

  constructor(base: number) {
    this.base = base;
  }

  @guarded(breaker)
  static twice(n: number): number {
    return n * 2;
  }

  @guarded(breaker)
  async add(n: number, error?: Error): Promise<number> {
    if (error !== undefined) throw error;
    return this.base + n;
  }

  @guarded(breaker)
  addNow(n: number, error?: Error): number {
    if (error !== undefined) throw error;
    return this.base + n;
  }

  @guarded(breaker)
  echo<T>(value: T): T {
    return value;
  }
}
