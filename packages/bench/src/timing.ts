/** Frees what nobody holds. Children run with `--expose-gc`; elsewhere, as in tests, it does nothing. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/** CPU time that this process has used with all its threads, in microseconds. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
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

/**
 * How long the process has kept everyone waiting since this was made. The lesser of time passed and CPU time used:
 * being put aside for another process is nobody's fault, and the threads that collect garbage work side by side.
 */
export class Pause {
  readonly #began = performance.now();
  readonly #cpuUs = cpuUs();

  get ms(): number {
    return Math.min(performance.now() - this.#began, (cpuUs() - this.#cpuUs) / 1000);
  }
}
