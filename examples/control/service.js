import { perMinute } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { follower } from '../reload/follower.js';

export const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');

/** The limit until an admin sets another. */
export const LIMIT = perMinute(5);
const store = new RedisBucketStore({ client });
const storeDeadlineSecs = Number(process.env.STORE_DEADLINE_SECS ?? 0.05);
export const API = { name: 'api', ...LIMIT, store, storeDeadlineSecs };
export const ADMIN = { name: 'admin', ...perMinute(30), store, storeDeadlineSecs };

const customers = new Map([['key-of-ada', 'ada']]);
export const customerOf = (/** @type {unknown} */ apiKey) => customers.get(String(apiKey));

/**
 * Makes a limiter use the limits that an admin has set on any server.
 * @param {import('./control.js').Limiter} limiter
 */
export async function follow(limiter) {
  const look = follower(limiter, () => client.hget('limits', limiter.name));
  await look();
  setInterval(look, 1000).unref();
}
