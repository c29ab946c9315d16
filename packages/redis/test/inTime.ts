/** The longest that a decision may take, whatever the server does: four times the deadline. */
const LONGEST_MS = 200;

/** The longest that it may take while the server has never answered. */
export const COLD_START_MS = 1200;

/**
 * The result of `decide`, which must be there before a timer of `longestMs` that starts at the same time. If the machine stands
 * still, so do the timers. Afterwards they fire in their order, so a decision that ends at its deadline is never too late.
 */
export async function inTime<T>(decide: () => T | Promise<T>, longestMs = LONGEST_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const end = () => reject(new Error(`a decision took longer than ${longestMs} ms`));
    // A deadline lets one more turn pass to read answers that have arrived.
    timer = setTimeout(() => setImmediate(() => setImmediate(end)), longestMs);
  });
  try {
    return await Promise.race([decide(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
