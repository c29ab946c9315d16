import { fork } from 'node:child_process';
import { on } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FRAMEWORKS, type FrameworkName } from '../http/frameworks.js';
import { takesPart } from '../http/http.js';
import { BARE, type HttpContender } from '../http/httpContender.js';
import type { Part } from '../part.js';
import { collectGarbage, cpuUs } from '../timing.js';
import type { ClientTold } from './client.js';

const CLIENT = fileURLToPath(new URL('./client.js', import.meta.url));
const CONNECTIONS = 20;
const WARM_UP_MS = 500;
const MEASURE_MS = 800;
const LIMIT = { requests: 1e8, windowSecs: 3600 };

/**
 * CPU time of a request on a real server, over real sockets, from a client in another process. Only that of the server
 * counts, since requests per second would also depend on the client.
 */
export const server: Part<HttpContender> = {
  name: 'server',
  title: 'A request to a server over sockets, in microseconds of CPU of the server',
  family: 'http',
  rounds: 3,
  runs: Object.keys(FRAMEWORKS).map(name => `${name}, allowed`),
  takesPart: (contender, run) =>
    takesPart(contender, run) && (contender.guardsAgainst !== 'nothing' || contender.name === BARE),
  async measure(contender, run) {
    const [framework] = run.split(', ') as [FrameworkName];
    const server = createServer(await FRAMEWORKS[framework](contender, LIMIT, { failing: false }));
    const { port } = await new Promise<AddressInfo>(resolve => {
      server.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo));
    });
    const client = fork(CLIENT, [port, CONNECTIONS, WARM_UP_MS, MEASURE_MS].map(String), { execArgv: [] });
    let cpu = 0;
    for await (const [message] of on(client, 'message', { close: ['exit'] }) as AsyncIterable<[ClientTold]>) {
      if (message !== 'warm') return { us: (cpuUs() - cpu) / message.answers };
      collectGarbage();
      cpu = cpuUs();
      client.send('go');
    }
    throw new Error('the client ended without an answer');
  },
};
