import type { CircuitState } from '@breaking/core';

export interface ModelOptions {
  readonly errorThreshold: number;
  readonly timeWindowSecs: number;
  readonly tolerableErrorRatio: number;
  readonly cooldownSecs: number;
  readonly cooldownBackoff: number;
  readonly cooldownMaxSecs: number;
  readonly probeSuccesses: number;
}

/** A call that the model admitted, with its epoch. */
export interface ModelCall {
  readonly epoch: number;
  isSettled: boolean;
}

/**
 * The breaker as described in the design, line by line: a bucket of tokens, without shortcuts or optimisation. Written
 * to be compared with the table of the design, independently of the library.
 */
export class BreakerModel {
  readonly #options: ModelOptions;
  readonly #r: number;
  #tokens: number;
  #at = 0;
  #recovering = false;
  #level = 0;
  #epoch = 0;
  #successes = 0;
  #closedAt = 0;
  #cooldown = 0;
  #inFlight = new Set<ModelCall>();

  constructor(options: ModelOptions) {
    this.#options = options;
    this.#r = options.errorThreshold / options.timeWindowSecs;
    this.#tokens = options.errorThreshold;
  }

  state(now: number): CircuitState {
    this.#look(now);
    if (!this.#recovering) return 'closed';
    return this.#inFlight.size === 0 && !this.#isOneThere(now) ? 'open' : 'halfOpen';
  }

  retryAfterSecs(now: number): number {
    this.#look(now);
    return this.#isOneThere(now) ? 0 : (1 - this.#tokensAt(now)) / this.#r;
  }

  admit(now: number): ModelCall | undefined {
    this.#look(now);
    return this.#isOneThere(now) ? this.#begin(now) : undefined;
  }

  settle(call: ModelCall, outcome: 'success' | 'failure' | 'ignored', now: number): void {
    if (call.isSettled) return;
    call.isSettled = true;
    this.#look(now);
    if (call.epoch !== this.#epoch) return;
    this.#inFlight.delete(call);
    if (outcome === 'failure') this.#failure(now);
    if (outcome === 'success') this.#success(now);
    if (outcome === 'ignored') this.#ignored(now);
  }

  record(outcome: 'success' | 'failure', now: number): void {
    if (this.state(now) === 'open') return;
    this.settle(this.#begin(now), outcome, now);
  }

  trip(now: number, secs?: number): void {
    this.#look(now);
    if (!this.#recovering) this.#level += 1;
    this.#recovering = true;
    this.#newEpoch();
    this.#prepay(now, secs);
  }

  reset(now: number): void {
    this.#look(now);
    this.#close(now);
    this.#level = 0;
  }

  #begin(now: number): ModelCall {
    if (this.#recovering) {
      this.#level += 1;
      this.#prepay(now);
    }
    const call = { epoch: this.#epoch, isSettled: false };
    this.#inFlight.add(call);
    return call;
  }

  #failure(now: number): void {
    if (!this.#recovering) {
      this.#set(this.#tokensAt(now) - 1, now);
      if (this.#isOneThere(now)) return;
      this.#level += 1;
      this.#recovering = true;
    }
    this.#newEpoch();
    this.#prepay(now);
  }

  #success(now: number): void {
    if (!this.#recovering) {
      const p = this.#options.tolerableErrorRatio;
      this.#set(this.#tokensAt(now) + p / (1 - p), now);
      return;
    }
    this.#level -= 1;
    this.#successes += 1;
    if (this.#successes >= this.#options.probeSuccesses) this.#close(now);
    else this.#set(1, now);
  }

  #ignored(now: number): void {
    if (!this.#recovering) return;
    this.#level -= 1;
    this.#set(1, now);
  }

  #close(now: number): void {
    this.#recovering = false;
    this.#newEpoch();
    this.#set(this.#options.errorThreshold, now);
    this.#closedAt = now;
  }

  #newEpoch(): void {
    this.#epoch += 1;
    this.#successes = 0;
    this.#inFlight.clear();
  }

  #prepay(now: number, secs?: number): void {
    const { cooldownSecs, cooldownBackoff, cooldownMaxSecs } = this.#options;
    this.#cooldown = secs ?? Math.min(cooldownMaxSecs, cooldownSecs * cooldownBackoff ** (this.#level - 1));
    this.#set(1 - this.#r * this.#cooldown, now);
  }

  #isOneThere(now: number): boolean {
    const slack = this.#recovering ? Math.min(0.001, 1e-6 * this.#r * this.#cooldown) : 0.001;
    return this.#tokensAt(now) >= 1 - slack;
  }

  #look(now: number): void {
    if (this.#at > now) {
      this.#closedAt -= this.#at - now;
      this.#at = now;
    }
    if (!this.#recovering && now - this.#closedAt >= this.#options.timeWindowSecs) this.#level = 0;
  }

  #tokensAt(now: number): number {
    const regained = Math.max(0, now - this.#at) * this.#r;
    return Math.min(this.#options.errorThreshold, this.#tokens + regained);
  }

  #set(tokens: number, now: number): void {
    this.#tokens = Math.min(this.#options.errorThreshold, tokens);
    this.#at = now;
  }
}
