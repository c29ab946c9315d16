import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Middleware, nodeHttp, type Request } from '../nodeHttp.js';

// A server with every kind of gate that leaves as much as possible unfinished, and closes. The program exits when Node has
// nothing left to wait for.
const { rateLimit, circuitBreaker } = nodeHttp();
const never = () => new Promise<never>(() => {});
const breaker = { errorThreshold: 1, timeWindowSecs: 3600 };
const routes: Readonly<Record<string, readonly Middleware[]>> = {
  '/ok': [rateLimit({ capacityMax: 1, restoreRateHz: 0.001 }), circuitBreaker(breaker)],
  '/broken': [
    circuitBreaker({ ...breaker, jitter: 0.5, keyOf: async () => 'upstream', onTransition: () => {} }),
  ],
  '/unjudged': [circuitBreaker({ ...breaker, isFailure: never })],
  '/never': [
    circuitBreaker({ ...breaker, enforce: false }),
    circuitBreaker({ ...breaker, keyOf: () => 'a' }),
  ],
  '/keyless': [circuitBreaker({ ...breaker, keyOf: never })],
};

const server = createServer((req: Request, res) => {
  const path = req.url ?? '';
  const handle = () => {
    if (path === '/ok' || path === '/unjudged') res.end();
    if (path === '/broken') res.writeHead(500).end();
  };
  const pass = ([first, ...others]: readonly Middleware[]): void =>
    first === undefined ? handle() : first(req, res as ServerResponse<Request>, () => pass(others));
  pass(routes[path] ?? []);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

/** The status of an answer. */
async function asked(path: string): Promise<number | undefined> {
  const [answer] = (await once(get({ port, path }), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

const statuses: unknown[] = [];
for (const path of ['/ok', '/ok', '/broken', '/broken', '/unjudged']) statuses.push(await asked(path));
for (const path of ['/never', '/keyless']) {
  const received = once(server, 'request');
  get({ port, path }).on('error', () => {});
  await received;
}
server.close();
server.closeAllConnections();
console.log(...statuses);
