import { setTimeout as later } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort, RedisServer } from './redisServer.js';

const SLOTS = 16_384;

/** Starts a Cluster of three primaries that share all slots, and waits until each knows that it is complete. */
export async function startCluster(): Promise<readonly RedisServer[]> {
  const busPorts = await Promise.all([1, 2, 3].map(freePort));
  const servers = await Promise.all(
    busPorts.map(bus =>
      RedisServer.start([
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        `${bus}`,
        '--cluster-node-timeout',
        '2000',
      ]),
    ),
  );
  const admins = servers.map(server => new Redis(server.port, '127.0.0.1'));
  try {
    const bounds = [0, 1, 2, 3].map(i => Math.floor((i * SLOTS) / 3));
    await Promise.all(
      admins.map((admin, i) =>
        admin.cluster('ADDSLOTSRANGE', bounds[i] as number, (bounds[i + 1] as number) - 1),
      ),
    );
    for (const [i, server] of servers.entries()) {
      await admins[0]?.call('CLUSTER', 'MEET', '127.0.0.1', `${server.port}`, `${busPorts[i]}`);
    }
    await Promise.all(admins.map(isComplete));
  } finally {
    for (const admin of admins) admin.disconnect();
  }
  return servers;
}

async function isComplete(admin: Redis): Promise<void> {
  for (let looks = 0; looks < 1000; looks++) {
    const info = String(await admin.call('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes('cluster_size:3')) return;
    await later(20);
  }
  throw new Error('the nodes never became a Cluster');
}
