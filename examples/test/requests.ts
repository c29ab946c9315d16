/** The statuses of `n` requests, one after the other. */
export async function statuses(n: number, ask: () => Promise<Response>): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < n) seen.push((await ask()).status);
  return seen;
}

/** The most tokens that a limit of so many a minute can have restored since a moment of `performance.now()`. */
export const mostRestored = (perMinute: number, sinceMs: number) =>
  Math.floor(((performance.now() - sinceMs) / 60_000) * perMinute);
