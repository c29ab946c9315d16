import type { Decision } from '../../bucket/decision.js';
import type { Lease } from './lease.js';

/** A request that waits for tokens. */
interface Waiting {
  readonly cost: number;
  readonly now: number;
  resolve(decision: Decision | Promise<Decision>): void;
  reject(error: unknown): void;
}

/** A batch of tokens on its way from the store, and who waits for it, first come first. */
export class LeaseBatch {
  readonly lease: Lease;
  /** The tick of the store's timer in which it began. */
  readonly tick: number;
  /** Whether it takes longer than anybody waits. */
  isLate = false;
  /** Resolves when nobody waits for it any more: it has come, has failed, or is late. */
  readonly over: Promise<void>;
  #end = () => {};
  #waiting: Waiting[] = [];

  constructor(lease: Lease, tick: number) {
    this.lease = lease;
    this.tick = tick;
    this.over = new Promise(resolve => {
      this.#end = resolve;
    });
  }

  wait(cost: number, now: number): Promise<Decision> {
    return new Promise((resolve, reject) => this.#waiting.push({ cost, now, resolve, reject }));
  }

  /** Tokens that those who wait need. */
  get needed(): number {
    return this.#waiting.reduce((sum, { cost }) => sum + cost, 0);
  }

  /** Whether `n` tokens are those of a single request, which can as well ask for them itself. */
  isForOne(n: number): boolean {
    return this.#waiting.length === 1 && this.#waiting[0]?.cost === n;
  }

  /**
   * Answers everybody whose request is decided by now, in the order in which they came: with tokens held or, where the store
   * has answered, with the refusal that its answer proves.
   * @returns the others
   */
  serve(hasHeard: boolean): Waiting[] {
    const rest: Waiting[] = [];
    for (const each of this.#waiting.splice(0)) {
      const { cost, now } = each;
      if (cost <= this.lease.remaining) each.resolve(this.lease.give(cost, now));
      else {
        const refusal = hasHeard ? this.lease.refusal(cost, now) : undefined;
        if (refusal === undefined) rest.push(each);
        else each.resolve(refusal);
      }
    }
    this.#end();
    return rest;
  }

  reject(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
