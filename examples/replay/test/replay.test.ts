import { readFileSync } from 'node:fs';
import * as plan from '@breaking/plan';
import { describe, expect, test } from 'vitest';
import { readAccessLog } from '../accessLog.js';
import { type Counts, expectedCounts } from '../model.js';
import { replay } from '../replay.js';
import { LIMITS, SERVERS } from '../servers.js';

const log = readAccessLog(readFileSync(new URL('../data/apache-access.log.gz', import.meta.url)));
/** The first of them. `npm run replay` sends all. */
const requests = log.slice(0, 3000);
const expected = expectedCounts(requests);

/** The indices of the requests that @breaking/plan says the limits refuse. */
const predicted: number[] = [];
plan.replay(
  requests.map(({ client, timeSecs }) => ({ key: client, at: timeSecs })),
  LIMITS,
  { onRefused: (_event, _secs, index) => predicted.push(index) },
);

test('the model refuses 931 of 10,000 requests of 1,753 clients', () => {
  const counts = expectedCounts(log);
  expect(log).toHaveLength(10_000);
  expect(counts.size).toBe(1753);
  expect(refused(counts)).toBe(931);
});

describe.each(Object.entries(SERVERS))('real traffic through %s', (_name, createServer) => {
  test('is decided as the model says for each client, and as @breaking/plan predicts for each request', async () => {
    const refusedRequests: number[] = [];
    const counts = await replay(createServer, requests, (done, isAllowed) => {
      if (!isAllowed) refusedRequests.push(done - 1);
    });

    expect(counts).toEqual(expected);
    expect(refused(counts)).toBe(294);
    expect(refusedRequests).toEqual(predicted);
  });
});

function refused(counts: Counts): number {
  return [...counts.values()].reduce((all, each) => all + each.refused, 0);
}
