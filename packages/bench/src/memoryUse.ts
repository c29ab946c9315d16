import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { type Calls, collectGarbage } from './timing.js';

/** Bytes that are in use, in the JavaScript heap and outside of it (array buffers), without garbage. */
export async function heldBytes(): Promise<number> {
  collectGarbage();
  // Objects that are finalized in the next turn can then be freed too.
  await new Promise(resolve => setImmediate(resolve));
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The most memory that the process has had from the system so far, in bytes. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Flags that {@link bytesPerCall} requires: young objects are not collected before 64 MB are full. */
export const COUNTING_FLAGS = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

/**
 * Bytes that one call allocates in the heap.
 * @throws Error if garbage was collected meanwhile
 */
export async function bytesPerCall(calls: Calls, count = 10_000): Promise<number> {
  await calls(0, count);
  collectGarbage();
  let collections = 0;
  const observer = new PerformanceObserver(list => {
    collections += list.getEntries().length;
  });
  await setTimeout(10);
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage().heapUsed;
  await calls(0, count);
  const after = process.memoryUsage().heapUsed;
  await setTimeout(10);
  observer.disconnect();
  if (collections > 0) throw new Error('garbage was collected while allocations were counted');
  return (after - before) / count;
}
