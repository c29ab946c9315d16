/** Seconds that a store has for its first answer, counted from the first question. */
const FIRST_ANSWER_SECS = 1;

/**
 * The time that a store has for an answer. Before its first answer it has a second from the first question, for all who
 * ask in that second: connecting takes time, and a cold start is not an outage.
 */
export class AnswerDeadline {
  readonly #secs: number;
  #firstAskedAtMs: number | undefined;
  #hasAnswered = false;

  constructor(secs: number) {
    this.#secs = secs;
  }

  /** The store is asked. Returns the seconds that it has for this answer. */
  asked(): number {
    if (this.#hasAnswered) return this.#secs;
    const nowMs = performance.now();
    this.#firstAskedAtMs ??= nowMs;
    const leftMs = Math.ceil(FIRST_ANSWER_SECS * 1000 - (nowMs - this.#firstAskedAtMs));
    return Math.max(this.#secs, leftMs / 1000);
  }

  answered(): void {
    this.#hasAnswered = true;
  }
}
