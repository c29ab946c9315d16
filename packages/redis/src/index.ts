export type { RedisClient } from './clients.js';
export type { IoredisClient } from './ioredisRunner.js';
export type { NodeRedisClient } from './nodeRedisRunner.js';
export { RedisBucketStore, type RedisBucketStoreOptions } from './redisBucketStore.js';
