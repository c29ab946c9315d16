import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { perMinute } from '@breaking/core';
import { turn, warned } from '@breaking/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type Middleware, nodeHttp, type Request } from './nodeHttp.js';

/** The codes of the warnings after a number of requests to a server. */
async function warningsAfter(requests: number, gateOf: () => Middleware): Promise<string[]> {
  const warnings = warned();
  const server = createServer((req, res) => gateOf()(req as Request, res as never, () => res.end()));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  for (let i = 0; i < requests; i++) await (await fetch(`http://127.0.0.1:${port}`)).text();
  await turn();
  return warnings.map(({ code }) => code);
}

const { rateLimit } = nodeHttp();

test('a limit that is created for each request is warned of once, at the third request', async () => {
  expect(await warningsAfter(2, () => rateLimit(perMinute(9)))).toEqual([]);
  expect(await warningsAfter(5, () => rateLimit(perMinute(9)))).toEqual(['BREAKING_MADE_IN_HANDLER']);
});

test('limits that are created before their requests are not warned of, however many there are', async () => {
  const limits = Array.from({ length: 5 }, () => rateLimit(perMinute(9)));
  await turn();
  let next = 0;
  expect(await warningsAfter(5, () => limits[next++] as Middleware)).toEqual([]);
});
