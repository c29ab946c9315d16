import { createHash, timingSafeEqual } from 'node:crypto';

/** @typedef {import('@breaking/core').RateLimiter<import('@breaking/core').BucketStore>} Limiter */
/** @typedef {{ key: string, secs?: number, limits: import('@breaking/core').Limits }} Asked */

/**
 * The operations of an admin. All servers use the limits in Redis.
 * @type {Readonly<Record<string, (limiter: Limiter, asked: Asked, client: import('ioredis').Redis) => unknown>>}
 */
export const operations = {
  look: (limiter, { key }) => limiter.peek(key),
  reset: (limiter, { key }) => limiter.reset(key),
  block: (limiter, { key, secs = 3600 }) => limiter.block(key, secs),
  async change(limiter, { limits }, client) {
    limiter.limits = limits;
    await client.hset('limits', limiter.name, JSON.stringify(limits));
  },
};

/**
 * Makes a function that checks an Authorization header.
 * @param {string | undefined} token
 */
export function adminCheck(token) {
  if (!token) throw new Error('ADMIN_TOKEN must be set');
  // Digests have the same length, and comparing them takes the same time wherever they differ.
  const digest = (/** @type {string} */ text) => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return (authorization = '') => timingSafeEqual(digest(authorization), expected);
}

/** @returns the response: a status and a body */
export async function operate(
  /** @type {Limiter | undefined} */ limiter,
  /** @type {string} */ operation,
  /** @type {Asked} */ asked,
  /** @type {import('ioredis').Redis} */ client,
) {
  if (!limiter || !Object.hasOwn(operations, operation)) return { status: 404, body: 'unknown' };
  try {
    return { status: 200, body: (await operations[operation]?.(limiter, asked, client)) ?? 'done' };
  } catch (error) {
    // The arguments were wrong, and nothing has changed.
    if (error instanceof RangeError || error instanceof TypeError)
      return { status: 400, body: error.message };
    throw error;
  }
}
