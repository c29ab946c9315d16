export type { IoredisClient, NodeRedisClient, RedisClient } from './clients.js';
export { RedisBucketStore, type RedisBucketStoreOptions } from './redisBucketStore.js';
