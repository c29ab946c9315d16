/** @typedef {import('./accessLog.js').LoggedRequest} LoggedRequest */
/** @typedef {Map<string, { allowed: number, refused: number }>} Counts what became of the requests of each client */

/** The units of a whole token. In 1/3600 tokens, all arithmetic here is in whole numbers, and so exact. */
const TOKEN = 3600;

/** 5 at once and 1 a second; 20 at once and 20 an hour. */
const BURST = { full: 5 * TOKEN, perSecond: TOKEN };
const HOURLY = { full: 20 * TOKEN, perSecond: 20 };

/**
 * The same limits without the library: how many requests of each client they allow and refuse.
 * @param {readonly LoggedRequest[]} requests in order of time
 * @returns {Counts}
 */
export function expectedCounts(requests) {
  const buckets = new Map();
  /** @type {Counts} */
  const counts = new Map();
  for (const { client, timeSecs } of requests) {
    const { burst, hourly, at } = buckets.get(client) ?? {
      burst: BURST.full,
      hourly: HOURLY.full,
      at: timeSecs,
    };
    const now = {
      burst: Math.min(BURST.full, burst + (timeSecs - at) * BURST.perSecond),
      hourly: Math.min(HOURLY.full, hourly + (timeSecs - at) * HOURLY.perSecond),
      at: timeSecs,
    };
    const isAllowed = now.burst >= TOKEN && now.hourly >= TOKEN;
    if (isAllowed) {
      now.burst -= TOKEN;
      now.hourly -= TOKEN;
    }
    buckets.set(client, now);
    count(counts, client, isAllowed);
  }
  return counts;
}

/**
 * @param {Counts} counts
 * @param {string} client
 * @param {boolean} isAllowed
 */
export function count(counts, client, isAllowed) {
  const { allowed, refused } = counts.get(client) ?? { allowed: 0, refused: 0 };
  counts.set(client, isAllowed ? { allowed: allowed + 1, refused } : { allowed, refused: refused + 1 });
}
