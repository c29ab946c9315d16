import { setTimeout as later } from 'node:timers/promises';
import {
  type Decision,
  DenyCacheBucketStore,
  FailoverBucketStore,
  RateLimiter,
  sourceOf,
} from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CLUSTER_CLIENTS } from './clusterClients.js';
import { BOUNDS, ClusterNode, startCluster } from './server/cluster.js';

/** Ten tokens, and none returns while a test runs. */
const LIMIT = { capacityMax: 10, restoreRateHz: 1e-6 };
const KEYS = Array.from({ length: 30 }, (_, i) => `key ${i}`);

describe('a Cluster that loses a node and promotes its replica', () => {
  test.each([
    { name: 'ioredis 6', lease: undefined },
    { name: 'node-redis 6', lease: { tokens: 5 } },
  ])(
    'hangs nobody, and gives no more than is written down: $name, leases $lease',
    {
      timeout: 120_000,
    },
    async ({ name, lease }) => {
      const nodes = await startCluster();
      const replica = await ClusterNode.start();
      onTestFinished(async () => {
        await Promise.all([...nodes, replica].map(node => node.close()));
      });
      const [lost] = nodes as [ClusterNode];
      await lost.meet(replica);
      await replica.follow(lost);

      const client = await (CLUSTER_CLIENTS[name] as (typeof CLUSTER_CLIENTS)[string])(nodes);
      // As the adapters make it.
      const failover = new FailoverBucketStore({
        store: new RedisBucketStore({ client, lease }),
        name: 'api',
      });
      const store = new DenyCacheBucketStore({ store: failover });
      const limiter = new RateLimiter({ name: 'api', limits: LIMIT, store });
      const looking = new RateLimiter({ name: 'api', limits: LIMIT, store: failover });
      let slowestMs = 0;
      const timed = async (answer: Decision | Promise<Decision>): Promise<Decision> => {
        const began = performance.now();
        const decision = await answer;
        slowestMs = Math.max(slowestMs, performance.now() - began);
        return decision;
      };
      const allowed = new Map(KEYS.map(key => [key, 0]));
      const ask = async (requests: number) => {
        for (const key of KEYS) {
          for (let request = 0; request < requests; request++) {
            if ((await timed(limiter.check(key))).allowed) allowed.set(key, (allowed.get(key) as number) + 1);
          }
        }
      };
      const decidedByStore = async () => {
        for (const key of KEYS) {
          for (let looks = 0; sourceOf(await timed(looking.peek(key))) !== 'store'; looks++) {
            if (looks === 2000) throw new Error(`the store never decided ${key} again`);
            await later(25);
          }
        }
      };

      await decidedByStore();
      await ask(4);
      expect([...allowed.values()]).toEqual(KEYS.map(() => 4));
      // What has not reached the replica would be given again.
      await lost.admin.wait(1, 5000);
      const lostKeys = await Promise.all(
        KEYS.map(async key => (await lost.admin.cluster('KEYSLOT', `8:breaking:3:api:${key}`)) < BOUNDS[1]),
      ).then(isLost => KEYS.filter((_, i) => isLost[i]));
      expect(lostKeys.length).toBeGreaterThan(2);
      await lost.server.kill();

      // While nobody serves its slots, each key goes on from what was last known of it.
      await ask(20);
      for (const key of lostKeys) expect(allowed.get(key)).toBe(10);
      await decidedByStore();
      await ask(20);
      for (const count of allowed.values()) expect(count).toBeGreaterThanOrEqual(10);
      // Its bucket, what was last known to be left, and what was held.
      for (const key of lostKeys) expect(allowed.get(key)).toBeLessThanOrEqual(10 + 6 + (lease?.tokens ?? 0));
      expect(slowestMs).toBeLessThan(1000);
    },
  );
});
