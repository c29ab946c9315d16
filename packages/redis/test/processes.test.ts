import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BucketPolicy } from '@breaking/core';
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { emptyServer } from './server/sharedServer.js';

const CALLER = fileURLToPath(new URL('caller.js', import.meta.url));
const PROCESSES = 4;
const CALLERS = 64;

/** A process asks for this long, and until it has this number of allowed and refused requests. */
interface Run {
  readonly ms: number;
  readonly allowed?: number;
  readonly refused?: number;
}

interface Task {
  readonly limit: BucketPolicy;
  readonly runs: readonly Run[];
  /** The pause after each run. */
  readonly pauseMs: number;
  readonly lease?: { readonly tokens: number };
  /** Whether they close their stores before they exit. */
  readonly closes?: boolean;
}

interface Counts {
  readonly allowedAtMs: readonly number[];
  readonly refused: number;
  /** The longest time from request to response. */
  readonly longestMs: number;
}

async function serverSecs(admin: Redis): Promise<number> {
  const [secs, micros] = (await admin.time()).map(Number) as [number, number];
  return secs + micros / 1e6;
}

/** What four processes of 64 callers get for one key. */
async function crowd(task: Task) {
  const server = await emptyServer();
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
    store: new RedisBucketStore({ client: admin, deadlineSecs: 60 }),
  });
  return {
    secs: (await serverSecs(admin)) - began,
    allowedAtMs: ends.flatMap(({ allowedAtMs }) => allowedAtMs).sort((a, b) => a - b),
    longestMs: Math.max(...ends.map(({ longestMs }) => longestMs)),
    exitCodes: ends.map(({ code }) => code),
    tokensLeft: (await limiter.peek('hot')).limits[0]?.tokensLeft as number,
  };
}

/** The most that any interval got beyond the refill of its length. */
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

test('four processes of 64 callers never get more than one bucket allows', async () => {
  const limit = { capacityMax: 200, restoreRateHz: 500 };
  const runs = [{ ms: 400, allowed: 60, refused: 250 }];
  const { secs, allowedAtMs } = await crowd({ limit, runs, pauseMs: 0 });
  expect(allowedAtMs.length).toBeLessThanOrEqual(limit.capacityMax + limit.restoreRateHz * secs + 0.001);
});

test('with leases they exceed that at most by what each may hold, in any interval', async () => {
  const limit = { capacityMax: 200, restoreRateHz: 500 };
  const lease = { tokens: 50 };
  // In a pause the bucket fills, while the held tokens are not old enough to be returned.
  const run = { ms: 250, allowed: 60, refused: 250 };
  const { secs, allowedAtMs, longestMs, exitCodes } = await crowd({
    limit,
    lease,
    runs: [run, run, run],
    pauseMs: 500,
  });
  const held = PROCESSES * lease.tokens;
  // Each process records when a response arrives, which is later than the server's decision by a round trip at most.
  const late = limit.restoreRateHz * (longestMs / 1000);
  const most = limit.capacityMax + held + late + 0.001;
  expect(mostAtOnce(allowedAtMs, limit.restoreRateHz)).toBeLessThanOrEqual(most);
  // Before the start, no process held anything.
  expect(allowedAtMs.length).toBeLessThanOrEqual(limit.capacityMax + limit.restoreRateHz * secs + 0.001);
  // No process closed its store: a lease does not keep a process alive.
  expect(exitCodes).toEqual([0, 0, 0, 0]);
});

test('with leases no token is lost or given twice, and close returns all unused ones', async () => {
  const limit = { capacityMax: 1e9, restoreRateHz: 1e-6 };
  const run = { ms: 50, allowed: 500 };
  const { allowedAtMs, tokensLeft } = await crowd({
    limit,
    lease: { tokens: 200 },
    closes: true,
    runs: [run, run],
    pauseMs: 10,
  });
  expect(tokensLeft).toBe(limit.capacityMax - allowedAtMs.length);
});
