/** Frees what nobody holds. Children run with `--expose-gc`; elsewhere, as in tests, it does nothing. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/**
 * Nanoseconds that one call takes, on average, with all garbage collection that falls into the time.
 * @param calls makes the calls from one number to another
 * @param forMs how long at least to go on
 */
export async function nsPerCall(
  calls: (from: number, to: number) => unknown,
  forMs: number,
  batch = 20_000,
): Promise<number> {
  collectGarbage();
  let done = 0;
  let elapsedMs = 0;
  while (elapsedMs < forMs) {
    const began = performance.now();
    const result = calls(done, done + batch);
    if (result instanceof Promise) await result;
    elapsedMs += performance.now() - began;
    done += batch;
  }
  return (elapsedMs / done) * 1e6;
}
