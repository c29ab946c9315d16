/** The errors of this turn of the event loop. */
export class ErrorsOfTurn {
  readonly #errors = new Set<object>();

  /** Whether this error object has already failed another request in this turn. Requests that share a batch share its error. */
  has(error: unknown): boolean {
    if (typeof error !== 'object' || error === null) return false;
    if (this.#errors.has(error)) return true;
    this.#errors.add(error);
    setImmediate(() => this.#errors.delete(error));
    return false;
  }
}
