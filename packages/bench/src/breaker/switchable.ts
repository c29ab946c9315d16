/** The error of a callee that is switched to fail. */
export class CalleeFailed extends Error {}

/** A function that does almost nothing, and fails while it is switched to. */
export class Switchable {
  failing = false;
  #calls = 0;

  readonly sync = (): number => {
    if (this.failing) throw new CalleeFailed();
    return ++this.#calls;
  };

  readonly async = async (): Promise<number> => this.sync();
}

/**
 * Makes a guarded callee fail until its breaker refuses calls.
 * @returns the number of failures until then
 * @throws Error if it has not opened after a hundred
 */
export async function open(callee: Switchable, call: () => unknown): Promise<number> {
  callee.failing = true;
  for (let failures = 0; failures < 100; failures++) {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof CalleeFailed)) return failures;
    }
  }
  throw new Error('the breaker has not opened');
}

/** Makes a guarded callee fail once, so that its breaker is no longer in its initial state. */
export async function failOnce(callee: Switchable, call: () => unknown): Promise<void> {
  callee.failing = true;
  await Promise.allSettled([call()]);
  callee.failing = false;
}
