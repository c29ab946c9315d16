/** Seconds that a store has for its first answer, from the first question on. */
const FIRST_ANSWER_SECS = 1;

/** What is known about the first answer of a store. */
interface FirstAnswer {
  hasCome: boolean;
  askedAtMs: number | undefined;
}

/** One for each store, however many limiters use it: a request that passes three of them waits for one cold start. */
const FIRST_ANSWERS = new WeakMap<object, FirstAnswer>();

/**
 * How long a store may take for an answer. Before its first answer it has a second from the first question on, for all
 * requests in that second: connecting takes time, and a cold start is not an outage.
 */
export class AnswerDeadline {
  readonly #secs: number;
  readonly #first: FirstAnswer;

  constructor(store: object, secs: number) {
    this.#secs = secs;
    this.#first = FIRST_ANSWERS.get(store) ?? { hasCome: false, askedAtMs: undefined };
    FIRST_ANSWERS.set(store, this.#first);
  }

  /** Records a question to the store. @returns the seconds that the store has for the answer */
  asked(): number {
    const first = this.#first;
    if (first.hasCome) return this.#secs;
    const nowMs = performance.now();
    first.askedAtMs ??= nowMs;
    const leftMs = Math.ceil(FIRST_ANSWER_SECS * 1000 - (nowMs - first.askedAtMs));
    return Math.max(this.#secs, leftMs / 1000);
  }

  answered(): void {
    this.#first.hasCome = true;
  }
}
