import type { RedisClient } from '@breaking/redis';
import { Redis as Ioredis6 } from 'ioredis';
import { Redis as Ioredis5 } from 'ioredis5';
import { Redis as Iovalkey } from 'iovalkey';
import { createClient as createRedis6 } from 'redis';
import { createClient as createRedis5 } from 'redis5';
import { onTestFinished } from 'vitest';

/** A client with its default options, as an application creates it. */
export interface Connected {
  readonly client: RedisClient;
  /** Closes it at once, even while it waits. */
  close(): void;
}

type Connect = (url: string) => Connected;

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

/** Every client that a store accepts, by name and major version. */
export const CLIENTS: Readonly<Record<string, Connect>> = {
  'ioredis 6': url => ioredisLike(new Ioredis6(url)),
  'ioredis 5': url => ioredisLike(new Ioredis5(url)),
  iovalkey: url => ioredisLike(new Iovalkey(url)),
  'node-redis 6': url => nodeRedisLike(createRedis6({ url }) as never),
  'node-redis 5': url => nodeRedisLike(createRedis5({ url }) as never),
};

/** A client of ioredis 6 for a test, closed at its end. */
export function ioredis(port: number, options: object = {}): Ioredis6 {
  const client = new Ioredis6({ host: '127.0.0.1', port, ...options });
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}
