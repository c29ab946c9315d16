import { setTimeout as later } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort, RedisServer } from './redisServer.js';

const SLOTS = 16_384;

/** The first slot of each of the three nodes, and the number of all slots. */
export const BOUNDS = [0, 1, 2, 3].map(i => Math.floor((i * SLOTS) / 3)) as [number, number, number, number];

/** A busy machine delays a node for seconds. The others must not regard it as lost. Tests promote replicas themselves. */
const NODE_TIMEOUT_MS = 60_000;

/** One server of a Cluster, with a connection for its administration. */
export class ClusterNode {
  readonly server: RedisServer;
  readonly admin: Redis;
  readonly #busPort: number;

  private constructor(server: RedisServer, busPort: number) {
    this.server = server;
    this.#busPort = busPort;
    this.admin = new Redis(server.port, '127.0.0.1');
    this.admin.on('error', () => {});
  }

  static async start(): Promise<ClusterNode> {
    const busPort = await freePort();
    const settings = {
      'cluster-enabled': 'yes',
      'cluster-port': busPort,
      'cluster-node-timeout': NODE_TIMEOUT_MS,
      'repl-diskless-sync-delay': 0,
    };
    const server = await RedisServer.start(
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    );
    return new ClusterNode(server, busPort);
  }

  get port(): number {
    return this.server.port;
  }

  async id(): Promise<string> {
    return String(await this.admin.call('CLUSTER', 'MYID'));
  }

  async meet(node: ClusterNode): Promise<void> {
    await this.admin.call('CLUSTER', 'MEET', '127.0.0.1', `${node.port}`, `${node.#busPort}`);
  }

  /** Becomes a replica of another node and copies all its data. */
  async follow(primary: ClusterNode): Promise<void> {
    const id = await primary.id();
    await until('primary', async () => String(await this.admin.call('CLUSTER', 'NODES')).includes(id));
    await this.admin.call('CLUSTER', 'REPLICATE', id);
    await this.isInSync();
  }

  /** Waits until it is a replica that has copied all data. */
  async isInSync(): Promise<void> {
    await until('replica', async () => (await this.admin.info('replication')).includes('link_status:up'));
  }

  /** Waits until it has all that was written to its primary so far. `WAIT` knows only of the writes of its own connection. */
  async hasAllOf(primary: ClusterNode): Promise<void> {
    const written = await primary.#offset('master_repl_offset');
    const hasAll = async () => (await this.#offset('slave_repl_offset')) >= written;
    await until('replica that has all writes', hasAll);
  }

  /** The bytes of the replication stream that it has written, or has applied as a replica. */
  async #offset(field: string): Promise<number> {
    const info = await this.admin.info('replication');
    return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
  }

  /** Takes the place of its primary without a vote, as an administrator does for a primary that is lost. */
  async takeOver(): Promise<void> {
    await this.admin.cluster('FAILOVER', 'TAKEOVER');
  }

  async close(): Promise<void> {
    this.admin.disconnect();
    await this.server.close();
  }
}

/** A Cluster of three primaries that share all slots. The first has a replica. */
export interface Cluster {
  readonly primaries: readonly [ClusterNode, ClusterNode, ClusterNode];
  readonly replica: ClusterNode;
  close(): Promise<void>;
}

/** Starts a Cluster and waits until each node knows that it is complete. */
export async function startCluster(): Promise<Cluster> {
  const nodes = await Promise.all([1, 2, 3, 4].map(ClusterNode.start));
  const [first, second, third, replica] = nodes as [ClusterNode, ClusterNode, ClusterNode, ClusterNode];
  const primaries = [first, second, third] as const;
  await Promise.all(
    primaries.map(({ admin }, i) =>
      admin.cluster('ADDSLOTSRANGE', BOUNDS[i] as number, (BOUNDS[i + 1] as number) - 1),
    ),
  );
  for (const node of nodes) await first.meet(node);
  await Promise.all([replica.follow(first), ...primaries.map(isComplete)]);
  return { primaries, replica, close: async () => void (await Promise.all(nodes.map(node => node.close()))) };
}

async function isComplete({ admin }: ClusterNode): Promise<void> {
  await until('Cluster', async () => {
    const info = String(await admin.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes('cluster_size:3');
  });
}

/**
 * Moves a slot and its keys, as `redis-cli --cluster reshard` does.
 * @param meanwhile called before the keys move, while requests for missing keys are already redirected to the other node
 */
export async function moveSlot(
  slot: number,
  from: ClusterNode,
  to: ClusterNode,
  meanwhile: () => unknown = () => {},
): Promise<void> {
  const [fromId, toId] = [await from.id(), await to.id()];
  await to.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  await meanwhile();
  const keys = (await from.admin.call('CLUSTER', 'GETKEYSINSLOT', slot, 1000)) as string[];
  if (keys.length > 0) {
    await from.admin.call('MIGRATE', '127.0.0.1', to.port, '', 0, 600_000, 'KEYS', ...keys);
  }
  for (const node of [to, from]) await node.admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 15_000; looks++) {
    if (await isSo()) return;
    await later(20);
  }
  throw new Error(`timed out waiting for a ${what}`);
}
