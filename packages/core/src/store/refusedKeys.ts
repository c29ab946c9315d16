import type { Decision } from '../bucket/decision.js';
import { type Limit, sameLimits } from '../bucket/policy.js';
import { LastAnswer } from './lastAnswer.js';

/** For how many sets of limits a refused key is remembered. So limits made up by requests do not pile up. */
const REFUSALS_PER_KEY = 8;

/** The store's last answers about keys that it has refused, for at most the latest `maxKeys` keys. */
export class RefusedKeys {
  readonly #maxKeys: number;
  /** Two generations. When the young one has half of all keys, it becomes the old one, and the old one is forgotten. */
  #young = new Map<string, LastAnswer[]>();
  #old = new Map<string, LastAnswer[]>();

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  find(key: string, limits: readonly Limit[]): LastAnswer | undefined {
    return this.#answers(key)?.find(answer => sameLimits(answer.limits, limits));
  }

  /** Records an answer of the store: a refusal, or an answer about a remembered key. */
  learn(key: string, limits: readonly Limit[], decision: Decision, now: number): void {
    const known = this.find(key, limits);
    if (known !== undefined) known.learn(decision, now);
    else if (!decision.allowed) this.#remember(key, new LastAnswer(limits, decision, now));
  }

  /** Whether a key is remembered under other limits than these. */
  hasOthers(key: string, limits: readonly Limit[]): boolean {
    return this.#answers(key)?.some(answer => !sameLimits(answer.limits, limits)) ?? false;
  }

  forget(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  #answers(key: string): LastAnswer[] | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  #remember(key: string, answer: LastAnswer): void {
    const answers = this.#answers(key) ?? [];
    answers.push(answer);
    if (answers.length > REFUSALS_PER_KEY) answers.shift();
    if (!this.#young.has(key) && this.#young.size >= Math.floor(this.#maxKeys / 2)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#old.delete(key);
    this.#young.set(key, answers);
  }
}
