import type { RedisClient } from '@breaking/redis';
import { Cluster as Cluster6 } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis5';
import { Cluster as ClusterIovalkey } from 'iovalkey';
import { createCluster as createCluster6 } from 'redis';
import { createCluster as createCluster5 } from 'redis5';
import { onTestFinished } from 'vitest';
import type { ClusterNode } from './server/cluster.js';

type Connect = (nodes: readonly ClusterNode[]) => RedisClient | Promise<RedisClient>;

interface IoredisLike {
  disconnect(): unknown;
  on(event: 'error', heard: () => void): unknown;
}

interface NodeRedisLike {
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: 'error', heard: () => void): unknown;
}

const addresses = (nodes: readonly ClusterNode[]) => nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
const urls = (nodes: readonly ClusterNode[]) => nodes.map(({ server }) => ({ url: server.url }));

function ioredisLike(client: RedisClient & IoredisLike): RedisClient {
  client.on('error', () => {});
  onTestFinished(() => void client.disconnect());
  return client;
}

async function nodeRedisLike(client: RedisClient & NodeRedisLike): Promise<RedisClient> {
  client.on('error', () => {});
  onTestFinished(() => void client.destroy());
  await client.connect();
  return client;
}

/** Every Cluster client that a store accepts, with its default options. It is closed at the end of the test. */
export const CLUSTER_CLIENTS: Readonly<Record<string, Connect>> = {
  'ioredis 6': nodes => ioredisLike(new Cluster6(addresses(nodes))),
  'ioredis 5': nodes => ioredisLike(new Cluster5(addresses(nodes))),
  iovalkey: nodes => ioredisLike(new ClusterIovalkey(addresses(nodes))),
  'node-redis 6': nodes => nodeRedisLike(createCluster6({ rootNodes: urls(nodes) }) as never),
  'node-redis 5': nodes => nodeRedisLike(createCluster5({ rootNodes: urls(nodes) }) as never),
};
