import { CircuitBreaker, guarded, MockClock } from '@breaking/core';

/** Opens on the first failure. */
export const breaker = new CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock() });

/** A class with decorators as users write it. Only a compiler can convert it to JavaScript. */
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

  @guarded(breaker)
  multiplied(this: Service, n: number): number {
    return this.base * n;
  }

  @guarded(breaker)
  #hidden(): number {
    return this.base;
  }

  revealed(): number {
    return this.#hidden();
  }
}

/** Work with a permit of its own: a thrown error is a failure. */
export function workUsing(work: () => void): void {
  using permit = breaker.acquire();
  work();
  permit.success();
}
