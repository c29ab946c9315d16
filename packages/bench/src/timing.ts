import { median } from './stats.js';

/** Collects garbage. Children run with `--expose-gc`; elsewhere, as in tests, it does nothing. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/** CPU time of all threads of this process so far, in microseconds. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * How long this process has been busy since this object was made: the smaller of elapsed time and CPU time. Elapsed time
 * includes time for other processes, and CPU time includes parallel threads of the garbage collector.
 */
export class BusyTime {
  readonly #began = performance.now();
  readonly #cpuUs = cpuUs();

  get ms(): number {
    return Math.min(performance.now() - this.#began, (cpuUs() - this.#cpuUs) / 1000);
  }
}

export interface Timing {
  /** The minimum time to measure, in milliseconds. */
  readonly forMs: number;
  /** The number of calls after which it ends even earlier: if preparing takes long, it takes longest for the fastest. */
  readonly enough?: number;
  /** Calls between two readings of the clock. */
  readonly batch?: number;
  /** Work before each batch that is not measured. */
  readonly prepare?: () => void;
}

/** The length of a chunk, in milliseconds: enough for garbage collections to occur equally in all chunks. */
const CHUNK_MS = 10;

/** Makes the calls from one index to another. */
export type Calls = (from: number, to: number) => unknown;

/** Nanoseconds per call in each chunk, including garbage collection. */
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

/** Nanoseconds per call, as the median of all chunks. */
export async function nsPerCall(calls: Calls, timing: Timing): Promise<number> {
  return median(await nsByChunk(calls, timing));
}
