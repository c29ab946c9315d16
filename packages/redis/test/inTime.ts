/** The longest that a decision may take, whatever the server does: four times the deadline. */
const LONGEST_MS = 200;

/**
 * The result of `decide`, which must be there before a timer of 200 ms that starts at the same time. If the machine stands
 * still, so do the timers. Afterwards they fire in their order, so a decision that ends at its deadline is never too late.
 */
export async function inTime<T>(decide: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const end = () => reject(new Error(`a decision took longer than ${LONGEST_MS} ms`));
    // A deadline lets one more turn pass to read answers that have arrived.
    timer = setTimeout(() => setImmediate(() => setImmediate(end)), LONGEST_MS);
  });
  try {
    return await Promise.race([decide(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
