import { collectGarbage } from './timing.js';

/** Bytes that are held, in the heap of JavaScript and outside of it (which counts array buffers), garbage left out. */
export async function heldBytes(): Promise<number> {
  collectGarbage();
  // What is finalized on the next turn is then free to go, too.
  await new Promise(resolve => setImmediate(resolve));
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The most memory that the process has had from the system so far, in bytes. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
