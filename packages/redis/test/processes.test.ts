import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { ownServer } from './server/redisServer.js';

const CALLER = fileURLToPath(new URL('caller.js', import.meta.url));
const PROCESSES = 4;
const CALLERS = 64;
const RUN_MS = 3000;

async function serverSecs(admin: Redis): Promise<number> {
  const [secs, micros] = (await admin.time()).map(Number) as [number, number];
  return secs + micros / 1e6;
}

test('four processes of 64 callers never get more than one bucket gives', { timeout: 60_000 }, async () => {
  const server = await ownServer();
  const admin = new Redis(server.port, '127.0.0.1');
  const limit = { capacityMax: 200, restoreRateHz: 500 };

  const children = Array.from({ length: PROCESSES }, () => fork(CALLER));
  await Promise.all(children.map(child => once(child, 'message')));
  const began = await serverSecs(admin);
  const counts = children.map(async child => {
    child.send({ port: server.port, callers: CALLERS, runMs: RUN_MS, limit });
    const [{ allowed, refused }] = (await once(child, 'message')) as [{ allowed: number; refused: number }];
    return { allowed, refused };
  });
  const total = (await Promise.all(counts)).reduce((sum, each) => ({
    allowed: sum.allowed + each.allowed,
    refused: sum.refused + each.refused,
  }));
  const secs = (await serverSecs(admin)) - began;
  admin.disconnect();

  expect(total.allowed).toBeLessThanOrEqual(limit.capacityMax + limit.restoreRateHz * secs + 0.001);
  // And no fewer than it gives while they ask, or this would prove nothing.
  expect(total.allowed).toBeGreaterThan(limit.capacityMax + (limit.restoreRateHz * RUN_MS) / 1000 - 100);
  expect(total.refused).toBeGreaterThan(1000);
});
