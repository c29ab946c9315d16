import { Redis as Ioredis6 } from 'ioredis';
import { Redis as Ioredis5 } from 'ioredis5';
import { Redis as Iovalkey } from 'iovalkey';
import { createClient as createRedis6 } from 'redis';
import { createClient as createRedis5 } from 'redis5';
import type { RedisClient } from '@breaking/redis';

/** A client with its own defaults, as an application makes it. */
export interface Connected {
  readonly client: RedisClient;
  /** Lets go of it at once, whatever it waits for. */
  close(): void;
}

type Connect = (port: number) => Connected;

function ioredisLike(
  client: RedisClient & { disconnect(): void; on(event: 'error', heard: () => void): unknown },
): Connected {
  client.on('error', () => {});
  return { client, close: () => client.disconnect() };
}

function nodeRedisLike(
  client: RedisClient & {
    connect(): Promise<unknown>;
    destroy(): void;
    on(event: 'error', heard: () => void): unknown;
  },
): Connected {
  client.on('error', () => {});
  client.connect().catch(() => {});
  return { client, close: () => client.destroy() };
}

/** Every client that a store takes, by its name and major version. */
export const CLIENTS: Readonly<Record<string, Connect>> = {
  'ioredis 6': port => ioredisLike(new Ioredis6(port, '127.0.0.1')),
  'ioredis 5': port => ioredisLike(new Ioredis5(port, '127.0.0.1')),
  iovalkey: port => ioredisLike(new Iovalkey(port, '127.0.0.1')),
  'node-redis 6': port => nodeRedisLike(createRedis6({ url: `redis://127.0.0.1:${port}` }) as never),
  'node-redis 5': port => nodeRedisLike(createRedis5({ url: `redis://127.0.0.1:${port}` }) as never),
};
