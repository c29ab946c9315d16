import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BucketPolicy } from '@breaking/core';
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { ownServer } from './server/redisServer.js';

const CALLER = fileURLToPath(new URL('caller.js', import.meta.url));
const PROCESSES = 4;
const CALLERS = 64;

interface Task {
  readonly limit: BucketPolicy;
  /** How long each of several runs takes, and how long the pause after each. */
  readonly runsMs: readonly number[];
  readonly pauseMs: number;
  readonly lease?: { readonly tokens: number };
  /** Whether they close their stores before they end. */
  readonly closes?: boolean;
}

interface Counts {
  readonly allowedAtMs: readonly number[];
  readonly refused: number;
}

async function serverSecs(admin: Redis): Promise<number> {
  const [secs, micros] = (await admin.time()).map(Number) as [number, number];
  return secs + micros / 1e6;
}

/** Four processes of 64 callers that all ask for one key. */
async function crowd(task: Task) {
  const server = await ownServer();
  const admin = new Redis(server.port, '127.0.0.1');
  onTestFinished(() => admin.disconnect());
  const children = Array.from({ length: PROCESSES }, () => fork(CALLER));
  await Promise.all(children.map(child => once(child, 'message')));
  const began = await serverSecs(admin);
  const ends = await Promise.all(
    children.map(async child => {
      const exited = once(child, 'exit');
      child.send({ port: server.port, callers: CALLERS, ...task });
      const [counts] = (await once(child, 'message')) as [Counts];
      const [code] = await exited;
      return { ...counts, code };
    }),
  );
  const limiter = new RateLimiter({
    name: 'api',
    limits: task.limit,
    store: new RedisBucketStore({ client: admin, deadlineSecs: 5 }),
  });
  return {
    secs: (await serverSecs(admin)) - began,
    allowedAtMs: ends.flatMap(({ allowedAtMs }) => allowedAtMs).sort((a, b) => a - b),
    refused: ends.reduce((sum, { refused }) => sum + refused, 0),
    exitCodes: ends.map(({ code }) => code),
    tokensLeft: (await limiter.peek('hot')).limits[0]?.tokensLeft as number,
  };
}

/** The most by which any interval got more than the refill of its length. */
function mostAtOnce(allowedAtMs: readonly number[], restoreRateHz: number): number {
  let excess = 0;
  let most = 0;
  let lastMs = allowedAtMs[0] as number;
  for (const atMs of allowedAtMs) {
    excess = Math.max(0, excess - ((atMs - lastMs) / 1000) * restoreRateHz) + 1;
    most = Math.max(most, excess);
    lastMs = atMs;
  }
  return most;
}

test('four processes of 64 callers never get more than one bucket gives', { timeout: 60_000 }, async () => {
  const limit = { capacityMax: 200, restoreRateHz: 500 };
  const { secs, allowedAtMs, refused } = await crowd({ limit, runsMs: [3000], pauseMs: 0 });
  expect(allowedAtMs.length).toBeLessThanOrEqual(limit.capacityMax + limit.restoreRateHz * secs + 0.001);
  // And no fewer than it gives while they ask, or this would prove nothing.
  expect(allowedAtMs.length).toBeGreaterThan(limit.capacityMax + limit.restoreRateHz * 3 - 100);
  expect(refused).toBeGreaterThan(1000);
});

test('with leases they get no more than that and what each may hold, in any interval', {
  timeout: 60_000,
}, async () => {
  const limit = { capacityMax: 200, restoreRateHz: 500 };
  const lease = { tokens: 50 };
  // In a pause the bucket fills, while what is held is not old enough to go back.
  const { secs, allowedAtMs, refused, exitCodes } = await crowd({
    limit,
    lease,
    runsMs: [1000, 1000, 1000],
    pauseMs: 500,
  });
  const held = PROCESSES * lease.tokens;
  expect(mostAtOnce(allowedAtMs, limit.restoreRateHz)).toBeLessThanOrEqual(limit.capacityMax + held + 0.001);
  // From start to end nothing was held before.
  expect(allowedAtMs.length).toBeLessThanOrEqual(limit.capacityMax + limit.restoreRateHz * secs + 0.001);
  expect(allowedAtMs.length).toBeGreaterThan(limit.capacityMax + limit.restoreRateHz * 3 - 100);
  expect(refused).toBeGreaterThan(1000);
  // Nobody closed anything: no lease keeps a process alive.
  expect(exitCodes).toEqual([0, 0, 0, 0]);
});

test('with leases no token is lost and none is given twice, and all unused ones are there after close', {
  timeout: 60_000,
}, async () => {
  const limit = { capacityMax: 50_000, restoreRateHz: 1e-6 };
  const { allowedAtMs, tokensLeft } = await crowd({
    limit,
    lease: { tokens: 200 },
    closes: true,
    runsMs: [100, 100],
    pauseMs: 10,
  });
  expect(allowedAtMs.length).toBeGreaterThan(1000);
  expect(tokensLeft).toBe(limit.capacityMax - allowedAtMs.length);
});
