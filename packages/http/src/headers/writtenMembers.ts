/** How many are kept. */
const KEPT = 256;

/**
 * List members of `RateLimit` as they were written for one limit, by the whole tokens left. On a request that is allowed these
 * alone decide what is said, few numbers come again and again, and writing costs more than deciding.
 */
export class WrittenMembers {
  readonly #kept: { readonly tokensLeft: number; readonly member: string }[] = [];

  of(tokensLeft: number): string | undefined {
    const kept = this.#kept[tokensLeft % KEPT];
    return kept?.tokensLeft === tokensLeft ? kept.member : undefined;
  }

  keep(tokensLeft: number, member: string): void {
    this.#kept[tokensLeft % KEPT] = { tokensLeft, member };
  }
}
