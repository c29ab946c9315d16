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

/**
 * The mean of the lowest tenth, at least of one value: what it takes while nothing else disturbs the machine. NaN of none.
 */
export function leastDisturbed(values: readonly number[]): number {
  const lowest = [...values].sort((a, b) => a - b).slice(0, Math.max(1, Math.round(values.length / 10)));
  return lowest.reduce((sum, value) => sum + value, 0) / lowest.length;
}

/** What the name of a metric ends in that says what the least disturbed tenth of all chunks took. */
const LEAST = ', least disturbed';

export function leastOf(metric: string): string {
  return metric + LEAST;
}

export function isLeast(metric: string): boolean {
  return metric.endsWith(LEAST);
}

/** A metric of many chunks: their median, and their least disturbed tenth. */
export function spread(metric: string, chunks: readonly number[]): Readonly<Record<string, number>> {
  return { [metric]: median(chunks), [leastOf(metric)]: leastDisturbed(chunks) };
}

/** The same of two that took turns: what the one takes over the other. Pairs of neighbours met the same machine. */
export function spreadOver(
  metric: string,
  chunks: readonly number[],
  others: readonly number[],
): Readonly<Record<string, number>> {
  const over = median(chunks.map((value, i) => value - (others[i] as number)));
  return { [metric]: over, [leastOf(metric)]: leastDisturbed(chunks) - leastDisturbed(others) };
}
