import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { MockClock } from '@breaking/core';
import { onTestFinished } from 'vitest';

/** How a request is answered: a status with fields, or a function. */
export type Behaviour =
  | readonly [status: number, fields?: Readonly<Record<string, string>>]
  | ((req: IncomingMessage, res: ServerResponse) => void);

export interface ScriptedServer {
  readonly url: string;
  /** The clock's reading at each request, in order. */
  readonly times: readonly number[];
  readonly bodies: readonly string[];
}

/** A real server that answers requests in order as the script says, and all further ones as its last entry says. */
export async function scriptedServer(
  script: readonly Behaviour[],
  clock?: MockClock,
): Promise<ScriptedServer> {
  const times: number[] = [];
  const bodies: string[] = [];
  const server = createServer(async (req, res) => {
    const behaviour = script[Math.min(times.length, script.length - 1)]!;
    times.push(clock?.time ?? 0);
    const at = times.length - 1;
    if (typeof behaviour === 'function') {
      behaviour(req, res);
      return;
    }
    bodies[at] = '';
    for await (const chunk of req) bodies[at] += chunk;
    const [status, fields = {}] = behaviour;
    res.writeHead(status, fields).end('answer');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, times, bodies };
}

/** Advances a clock in steps until something has settled. The server's responses arrive in between. */
export async function running<T>(clock: MockClock, something: Promise<T>, stepSecs = 0.05): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  something.then(settled, settled);
  for (let turns = 0; !isSettled; turns++) {
    await turn();
    // Several turns for each step, so that responses over sockets are not much later than the clock.
    if (turns % 20 === 19) clock.advanceBy(stepSecs);
  }
  return something;
}
