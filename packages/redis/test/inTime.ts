/** The longest that a decision may take, whatever the server does: four times the deadline. */
const LONGEST_MS = 200;

/** The longest that it may take while the server has never answered. */
export const COLD_START_MS = 1200;

/**
 * The result of `decide`, which must be there before a timer of `longestMs` that starts at the same time. If the machine
 * stalls, so do the timers. Afterwards they fire in order, so a decision that ends at its deadline is never late.
 */
export async function inTime<T>(decide: () => T | Promise<T>, longestMs = LONGEST_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const end = () => reject(new Error(`a decision took longer than ${longestMs} ms`));
    // A deadline waits one more turn to read responses that have arrived.
    timer = setTimeout(() => setImmediate(() => setImmediate(end)), longestMs);
  });
  try {
    return await Promise.race([decide(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
