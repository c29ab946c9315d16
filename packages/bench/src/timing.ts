import { median } from './stats.js';

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
 * How long this process has been busy since this was made: the lesser of time passed and CPU time used. Being put aside for
 * another process is nobody's fault, and the threads that collect garbage work side by side.
 */
export class BusyTime {
  readonly #began = performance.now();
  readonly #cpuUs = cpuUs();

  get ms(): number {
    return Math.min(performance.now() - this.#began, (cpuUs() - this.#cpuUs) / 1000);
  }
}

export interface Timing {
  /** How long at least to go on, in milliseconds. */
  readonly forMs: number;
  /** Calls that are enough even if that was sooner: where preparing takes long, it takes longest for the fastest. */
  readonly enough?: number;
  /** Calls between two looks at the clock. */
  readonly batch?: number;
  /** What has to be done before each batch, and is not timed. */
  readonly prepare?: () => void;
}

/** How long a chunk is, in milliseconds: long enough for collections of garbage to fall on all chunks alike. */
const CHUNK_MS = 10;

/** Makes the calls from one number to another. */
export type Calls = (from: number, to: number) => unknown;

/** Nanoseconds that one call takes in each chunk of the time, with all garbage collection that falls into it. */
export async function nsByChunk(
  calls: Calls,
  { forMs, enough = Infinity, batch = 20_000, prepare = () => undefined }: Timing,
): Promise<readonly number[]> {
  const chunks: number[] = [];
  let done = 0;
  let busyMs = 0;
  let chunkDone = 0;
  let chunkMs = 0;
  while (busyMs < forMs && done < enough) {
    prepare();
    const busy = new BusyTime();
    const result = calls(done, done + batch);
    if (result instanceof Promise) await result;
    const { ms } = busy;
    busyMs += ms;
    chunkMs += ms;
    done += batch;
    chunkDone += batch;
    if (chunkMs < CHUNK_MS) continue;
    chunks.push((chunkMs / chunkDone) * 1e6);
    chunkMs = 0;
    chunkDone = 0;
  }
  return chunks.length > 0 ? chunks : [(chunkMs / chunkDone) * 1e6];
}

/** Nanoseconds that one call takes in the middle one of all chunks. */
export async function nsPerCall(calls: Calls, timing: Timing): Promise<number> {
  return median(await nsByChunk(calls, timing));
}
