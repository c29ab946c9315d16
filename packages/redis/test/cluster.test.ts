import { setTimeout as later } from 'node:timers/promises';
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLUSTER_CLIENTS } from './clusterClients.js';
import { BOUNDS, type ClusterNode, moveSlot, startCluster } from './server/cluster.js';

let nodes: readonly ClusterNode[] = [];

beforeAll(async () => {
  nodes = await startCluster();
}, 120_000);

afterAll(async () => {
  await Promise.all(nodes.map(node => node.close()));
});

const NO_REFILL = 1e-6;
const keysPerNode = () => Promise.all(nodes.map(({ admin }) => admin.dbsize()));

describe.each(Object.entries(CLUSTER_CLIENTS))(
  'a store on a Cluster of three nodes, with %s',
  (name, connect) => {
    test('keeps all limits of a key on one node, and spreads the keys over the nodes', async () => {
      const store = new RedisBucketStore({ client: await connect(nodes), prefix: name, deadlineSecs: 5 });
      const limits = {
        burst: { capacityMax: 2, restoreRateHz: NO_REFILL },
        daily: { capacityMax: 100, restoreRateHz: NO_REFILL },
      };
      const limiter = new RateLimiter({ name: 'api', limits, store });
      const before = await keysPerNode();

      // If the braces were a hash tag, all of these keys would be on one node.
      const keys = Array.from({ length: 3000 }, (_, i) => `{tenant}:${i}`);
      const first = await Promise.all(keys.map(key => limiter.check(key, 2)));
      expect(first.every(decision => decision.allowed)).toBe(true);
      const second = await Promise.all(keys.map(key => limiter.check(key)));
      expect(second.every(decision => decision.violated.join() === 'burst')).toBe(true);

      const added = (await keysPerNode()).map((size, i) => size - (before[i] as number));
      expect(added.reduce((sum, size) => sum + size, 0)).toBe(3000);
      // Five standard deviations of an even distribution.
      for (const size of added) expect(Math.abs(size - 1000)).toBeLessThan(130);
    });

    test('loses no token, gives no token twice and fails no request while slots move under load', {
      timeout: 60_000,
    }, async () => {
      const prefix = `moving ${name}`;
      const store = new RedisBucketStore({ client: await connect(nodes), prefix, deadlineSecs: 5 });
      const limit = { capacityMax: 1e6, restoreRateHz: NO_REFILL };
      const limiter = new RateLimiter({ name: 'api', limits: limit, store });
      const [from, to] = nodes as [ClusterNode, ClusterNode];
      const slots = new Map<string, number>();
      for (let i = 0; slots.size < 8; i++) {
        const slot = await from.admin.cluster('KEYSLOT', `${prefix.length}:${prefix}:3:api:key ${i}`);
        if (slot < BOUNDS[1]) slots.set(`key ${i}`, slot);
      }

      // Half of the keys exist before their slot moves. The others are created while it moves.
      const begun = [...slots.keys()].slice(4);
      const allowed = new Map([...slots.keys()].map(key => [key, 0]));
      let isMoving = true;
      const callers = Array.from({ length: 32 }, async (_, caller) => {
        for (let i = caller; isMoving; i++) {
          const key = begun[i % begun.length] as string;
          if ((await limiter.check(key)).allowed) allowed.set(key, (allowed.get(key) as number) + 1);
        }
      });
      for (const [key, slot] of slots) {
        await moveSlot(slot, from, to, async () => {
          if (!begun.includes(key)) begun.push(key);
          await later(10);
        });
      }
      isMoving = false;
      await Promise.all(callers);

      for (const [key, count] of allowed) {
        expect(count).toBeGreaterThan(10);
        expect((await limiter.peek(key)).limits[0]?.tokensLeft).toBe(limit.capacityMax - count);
      }
      for (const slot of slots.values()) await moveSlot(slot, to, from);
    });
  },
);
