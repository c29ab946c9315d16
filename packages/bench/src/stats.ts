/** The middle value; of an even number of them the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** How often `ours` goes into `theirs`, by medians: 2 means that they take twice as much. */
export function ratio(theirs: readonly number[], ours: readonly number[]): number {
  return median(theirs) / median(ours);
}
