import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { collectGarbage } from '../timing.js';

/** What came of the last calls, so that no compiler may find it unused. */
const kept: { answer: unknown } = { answer: undefined };

/** Makes the calls from one number to another, one after the other. */
export type Calls = (from: number, to: number) => void | Promise<void>;

export function callsNow(call: () => unknown): Calls {
  return (from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) {
      try {
        sum += call() as number;
      } catch (refusal) {
        kept.answer = refusal;
      }
    }
    kept.answer = sum;
  };
}

export function callsAwaited(call: () => unknown): Calls {
  return async (from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) {
      try {
        sum += (await call()) as number;
      } catch (refusal) {
        kept.answer = refusal;
      }
    }
    kept.answer = sum;
  };
}

/** Flags under which {@link bytesPerCall} can count: nothing that young is collected before 64 MB are full. */
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
