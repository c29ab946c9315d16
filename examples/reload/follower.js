/**
 * Makes a look at the limits that somebody wrote as JSON, for a limiter to follow. Limits that are wrong change nothing:
 * the old ones stay, and it says so, once for each fault.
 * @param {import('@breaking/core').RateLimiter<import('@breaking/core').BucketStore>} limiter
 * @param {() => Promise<string | null>} read null where nobody wrote any
 */
export function follower(limiter, read) {
  let last = '';
  let fault = '';
  return async () => {
    try {
      const text = await read();
      if (text !== null && text !== last) {
        limiter.limits = JSON.parse(text);
        last = text;
      }
      fault = '';
    } catch (error) {
      if (fault !== String(error)) console.error(`The limits of ${limiter.name} stay: ${error}`);
      fault = String(error);
    }
  };
}
