import { setTimeout as later } from 'node:timers/promises';
import {
  type Decision,
  DenyCacheBucketStore,
  FailoverBucketStore,
  RateLimiter,
  sourceOf,
} from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { provokes } from '@breaking/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLUSTER_CLIENTS } from './clusterClients.js';
import { COLD_START_MS, inTime } from './inTime.js';
import { Ledger } from './ledger.js';
import { BOUNDS, type Cluster, type ClusterNode, moveSlot, startCluster } from './server/cluster.js';

provokes('BREAKING_STORE_FAILS');

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster?.close());

const NO_REFILL = 1e-6;
const keysPerNode = () => Promise.all(cluster.primaries.map(({ admin }) => admin.dbsize()));
const connected = (name: string) =>
  (CLUSTER_CLIENTS[name] as (typeof CLUSTER_CLIENTS)[string])(cluster.primaries);

describe.each(Object.keys(CLUSTER_CLIENTS))('a store on a Cluster of three nodes, with %s', name => {
  test('stores all limits of a key on one node, and spreads the keys over the nodes', async () => {
    const store = new RedisBucketStore({ client: await connected(name), prefix: name, deadlineSecs: 60 });
    const limits = {
      burst: { capacityMax: 2, restoreRateHz: NO_REFILL },
      daily: { capacityMax: 100, restoreRateHz: NO_REFILL },
    };
    const limiter = new RateLimiter({ name: 'api', limits, store });
    const before = await keysPerNode();

    // If the braces were a hash tag, all of these keys would be on one node.
    const keys = Array.from({ length: 900 }, (_, i) => `{tenant}:${i}`);
    const first = await Promise.all(keys.map(key => limiter.check(key, 2)));
    expect(first.every(decision => decision.allowed)).toBe(true);
    const second = await Promise.all(keys.map(key => limiter.check(key)));
    expect(second.every(decision => decision.violated.join() === 'burst')).toBe(true);

    const added = (await keysPerNode()).map((size, i) => size - (before[i] as number));
    expect(added.reduce((sum, size) => sum + size, 0)).toBe(900);
    // Five standard deviations of an even distribution.
    for (const size of added) expect(Math.abs(size - 300)).toBeLessThan(70);
  });

  test('loses no token, gives no token twice and fails no request while slots migrate under load', async () => {
    const prefix = `moving ${name}`;
    const store = new RedisBucketStore({ client: await connected(name), prefix, deadlineSecs: 60 });
    const limit = { capacityMax: 1e6, restoreRateHz: NO_REFILL };
    const limiter = new RateLimiter({ name: 'api', limits: limit, store });
    const [from, to] = cluster.primaries;
    const slots = new Map<string, number>();
    for (let i = 0; slots.size < 8; i++) {
      const slot = await from.admin.cluster('KEYSLOT', `v2:${prefix.length}:${prefix}:3:api:key ${i}`);
      if (slot < BOUNDS[1]) slots.set(`key ${i}`, slot);
    }

    // Half of the keys exist before their slot moves. The others are created while it moves.
    const begun = [...slots.keys()].slice(4);
    const allowed = new Map([...slots.keys()].map(key => [key, 0]));
    const allowedOf = (key: string) => allowed.get(key) as number;
    let isMoving = true;
    const callers = Array.from({ length: 32 }, async (_, caller) => {
      for (let i = caller; isMoving; i++) {
        const key = begun[i % begun.length] as string;
        if ((await limiter.check(key)).allowed) allowed.set(key, allowedOf(key) + 1);
      }
    });
    const allowedMore = async (key: string) => {
      const wanted = allowedOf(key) + 5;
      while (allowedOf(key) < wanted) await later(1);
    };
    for (const [key, slot] of slots) {
      await moveSlot(slot, from, to, async () => {
        if (!begun.includes(key)) begun.push(key);
        await allowedMore(key);
      });
      await allowedMore(key);
    }
    isMoving = false;
    await Promise.all(callers);

    for (const key of slots.keys()) {
      expect((await limiter.peek(key)).limits[0]?.tokensLeft).toBe(limit.capacityMax - allowedOf(key));
    }
    for (const slot of slots.values()) await moveSlot(slot, to, from);
  });
});

/** Ten tokens, and none returns while a test runs. */
const LIMIT = { capacityMax: 10, restoreRateHz: NO_REFILL };
const KEYS = Array.from({ length: 30 }, (_, i) => `key ${i}`);

describe('a Cluster that loses a node and promotes its replica', () => {
  /** They alternate: the lost node is the next replica. */
  let pair: readonly [primary: ClusterNode, replica: ClusterNode];
  beforeAll(() => {
    pair = [cluster.primaries[0], cluster.replica];
  });

  test.each([
    { name: 'ioredis 6', lease: undefined },
    { name: 'node-redis 6', lease: { tokens: 5 } },
  ])(
    'answers every request, and gives no more than the documented bound: $name, leases $lease',
    async options => {
      const { name, lease } = options;
      const [lost, replica] = pair;
      const client = await connected(name);
      // As the adapters create it.
      const failover = new FailoverBucketStore({
        store: new RedisBucketStore({ client, prefix: name, lease }),
        name: 'api',
      });
      const store = new DenyCacheBucketStore({ store: failover });
      const limiter = new RateLimiter({ name: 'api', limits: LIMIT, store });
      const looking = new RateLimiter({ name: 'api', limits: LIMIT, store: failover });
      const ledgers = new Map(KEYS.map(key => [key, new Ledger(LIMIT.capacityMax)]));
      const ledgerOf = (key: string) => ledgers.get(key) as Ledger;
      const ask = async (key: string): Promise<Decision> => {
        const decision = await inTime(() => limiter.check(key));
        ledgerOf(key).checked(decision);
        return decision;
      };
      const askAll = async (requests: number) => {
        for (const key of KEYS) for (let request = 0; request < requests; request++) await ask(key);
      };
      const decidedByStore = async (key: string) => {
        for (;;) {
          const decision = await inTime(() => looking.peek(key), COLD_START_MS);
          ledgerOf(key).looked(decision);
          if (sourceOf(decision) === 'store') return;
          await later(25);
        }
      };

      for (const key of KEYS) await decidedByStore(key);
      await askAll(4);
      // Later writes would be lost with the node, and the replica would give those tokens again.
      await replica.hasAllOf(lost);
      const start = `v2:${name.length}:${name}:3:api:`;
      const slots = await Promise.all(KEYS.map(key => lost.admin.cluster('KEYSLOT', `${start}${key}`)));
      const lostKeys = KEYS.filter((_, i) => (slots[i] as number) < BOUNDS[1]);
      expect(lostKeys.length).toBeGreaterThan(2);
      await lost.server.kill();

      // While no node serves its slots, each key continues from the last known state.
      await askAll(20);
      for (const key of lostKeys) expect(ledgerOf(key).leftHere).toBe(0);

      await replica.takeOver();
      for (const key of KEYS) await decidedByStore(key);
      await askAll(20);
      // The ledger has checked what this process gave locally in each outage. The store gives one bucket, and again what a
      // lease took after the last write that the replica received.
      const most = LIMIT.capacityMax + (lease?.tokens ?? 0);
      for (const key of lostKeys) expect(ledgerOf(key).givenByStore).toBeLessThanOrEqual(most);
      if (lease === undefined) {
        for (const key of KEYS) expect(ledgerOf(key).given).toBeGreaterThanOrEqual(LIMIT.capacityMax);
      }

      await lost.server.start();
      await lost.isInSync();
      pair = [replica, lost];
    },
  );
});
