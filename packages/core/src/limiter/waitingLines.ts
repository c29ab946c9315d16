import { type Clock, readingOf } from '../base/clock.js';
import type { Decision } from '../bucket/decision.js';
import { type FullStore, NEVER_FAILS, says } from '../store/store.js';
import { WaitingLine } from './waitingLine.js';
import type { CallersWant } from './wants.js';

/** The waiting callers of each key. */
export class WaitingLines {
  readonly #store: FullStore;
  readonly #clock: Clock;
  readonly #answersAtOnce: boolean;
  readonly #lines = new Map<string, WaitingLine>();

  constructor(store: FullStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#answersAtOnce = says(store, NEVER_FAILS);
  }

  wait(
    key: string,
    want: CallersWant,
    signal: AbortSignal | undefined,
    publish: (decision: Decision) => void,
  ): Decision | Promise<Decision> {
    let line = this.#lines.get(key);
    if (line === undefined) {
      const decision = this.#takenAtOnce(key, want);
      if (decision !== undefined) {
        publish(decision);
        return decision;
      }
      const added: WaitingLine = new WaitingLine(
        (wants, options, now) => this.#store.reserve(key, wants, options, now),
        this.#clock,
        () => void (this.#lines.get(key) === added && this.#lines.delete(key)),
      );
      line = added;
      this.#lines.set(key, line);
    }
    return line.wait(want, signal, publish);
  }

  /** Takes tokens that are there without a reservation. Tokens for which others wait are not there. */
  #takenAtOnce(key: string, { limits, cost }: CallersWant): Decision | undefined {
    if (!this.#answersAtOnce || typeof cost !== 'number') return undefined;
    const decision = this.#store.check(key, limits, cost, readingOf(this.#clock)) as Decision;
    return decision.allowed ? decision : undefined;
  }

  /** Asks the store whether a block has moved those who wait on a key. */
  look(key: string): void {
    this.#lines.get(key)?.look();
  }

  /** A refusal of the key has blocked it for so long. @returns the seconds */
  struck(key: string, secs: number): number {
    if (secs > 0) this.look(key);
    return secs;
  }

  /** A block of the key has been lifted. */
  lifted(key: string): void {
    this.#lines.get(key)?.lifted();
  }

  /** Records that the key was reset. Callers that wait keep their moments. */
  countAnew(key: string): void {
    this.#lines.get(key)?.countAnew();
  }
}
