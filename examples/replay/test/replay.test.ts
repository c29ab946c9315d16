import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readAccessLog } from '../accessLog.js';
import { type Counts, expectedCounts } from '../model.js';
import { replay } from '../replay.js';
import { SERVERS } from '../servers.js';

const requests = readAccessLog(readFileSync(new URL('../data/apache-access.log.gz', import.meta.url)));
const expected = expectedCounts(requests);

test('the model refuses 931 of 10,000 requests of 1,753 clients', () => {
  expect(requests).toHaveLength(10_000);
  expect(expected.size).toBe(1753);
  expect(refused(expected)).toBe(931);
});

describe.each(Object.entries(SERVERS))('real traffic through %s', (_name, createServer) => {
  test('is allowed and refused, client by client, as the model says', { timeout: 60_000 }, async () => {
    const counts = await replay(createServer, requests);

    expect(counts).toEqual(expected);
    expect(refused(counts)).toBe(931);
  });
});

function refused(counts: Counts): number {
  return [...counts.values()].reduce((all, each) => all + each.refused, 0);
}
