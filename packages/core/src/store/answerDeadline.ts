/** Seconds that a store has for its first answer, counted from the first question. */
const FIRST_ANSWER_SECS = 1;

/** What is known of the first answer of a store. */
interface FirstAnswer {
  hasCome: boolean;
  askedAtMs: number | undefined;
}

/** One for each store, however many limiters ask it: a request that meets three of them waits for one cold start. */
const FIRST_ANSWERS = new WeakMap<object, FirstAnswer>();

/**
 * The time that a store has for an answer. Before its first answer it has a second from the first question, for all who
 * ask in that second: connecting takes time, and a cold start is not an outage.
 */
export class AnswerDeadline {
  readonly #secs: number;
  readonly #first: FirstAnswer;

  constructor(store: object, secs: number) {
    this.#secs = secs;
    this.#first = FIRST_ANSWERS.get(store) ?? { hasCome: false, askedAtMs: undefined };
    FIRST_ANSWERS.set(store, this.#first);
  }

  /** The store is asked. Returns the seconds that it has for this answer. */
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
