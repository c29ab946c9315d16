/**
 * Makes a function that reads limits as JSON and sets them on a limiter. Wrong limits change nothing: the old ones
 * stay, and each error is printed once.
 * @param {import('@breaking/core').RateLimiter<import('@breaking/core').BucketStore>} limiter
 * @param {() => Promise<string | null>} read null if there are none
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
