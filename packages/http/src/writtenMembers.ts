/** How many are kept. */
const KEPT = 256;

/**
 * List members of `RateLimit` as they were written for one limit, by the whole tokens left. On a request that is allowed these
 * alone decide what is said, few numbers come again and again, and writing costs more than deciding.
 */
export class WrittenMembers {
  /** Both begin with the first member: many limits never have one. */
  #tokensLeft: Float64Array | undefined;
  readonly #members: string[] = [];

  of(tokensLeft: number): string | undefined {
    const at = tokensLeft % KEPT;
    return this.#tokensLeft?.[at] === tokensLeft ? this.#members[at] : undefined;
  }

  keep(tokensLeft: number, member: string): void {
    const at = tokensLeft % KEPT;
    this.#tokensLeft ??= new Float64Array(KEPT).fill(-1);
    this.#tokensLeft[at] = tokensLeft;
    this.#members[at] = member;
  }
}
