import { type Decision, sourceOf } from '@breaking/core';
import { expect } from 'vitest';

/**
 * The account of one key whose bucket regains nothing, from the decisions of one process. It checks what holds on any
 * machine: a request without a response in time is decided in this process, which gives at most the tokens that the store
 * last reported. A slow machine only makes that more frequent.
 */
export class Ledger {
  /** The tokens that the store has allowed. */
  givenByStore = 0;
  /** The tokens that this process has allowed locally. */
  givenHere = 0;
  /** The requests that this process has decided locally. The store may have counted each of them too. */
  decidedHere = 0;
  /** The tokens that the store last reported. */
  #known: number;
  /** The tokens that this process has allowed locally since then. */
  #givenSince = 0;
  #decidedSince = 0;

  constructor(capacityMax: number) {
    this.#known = capacityMax;
  }

  get given(): number {
    return this.givenByStore + this.givenHere;
  }

  /** The tokens that this process still gives without another response of the store. */
  get leftHere(): number {
    return this.#known - this.#givenSince;
  }

  /** The least that the store can have left, if no one else uses it and it counted every request without a response. */
  get leastInStore(): number {
    return Math.max(0, this.#known - this.#decidedSince);
  }

  /** The most that the store can have left. */
  get mostInStore(): number {
    return this.#known;
  }

  looked(decision: Decision): void {
    if (sourceOf(decision) === 'store') this.#learn(decision);
  }

  checked(decision: Decision): void {
    const source = sourceOf(decision);
    if (source === 'local') this.#decided(decision.allowed);
    else if (source === 'denyCache') expect(decision.allowed).toBe(false);
    else {
      if (decision.allowed) this.givenByStore += 1;
      this.#learn(decision);
    }
  }

  #decided(allowed: boolean): void {
    expect(allowed, 'allowed by this process').toBe(this.leftHere > 0);
    this.decidedHere += 1;
    this.#decidedSince += 1;
    if (!allowed) return;
    this.givenHere += 1;
    this.#givenSince += 1;
  }

  #learn(decision: Decision): void {
    this.#known = decision.limits[0]?.tokensLeft as number;
    this.#givenSince = 0;
    this.#decidedSince = 0;
  }
}
