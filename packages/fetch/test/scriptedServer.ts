import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MockClock } from '@breaking/core';
import { onTestFinished } from 'vitest';
import { quiet, watchWire } from './wire.js';

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
  const held = new Map<number | undefined, ServerResponse>();
  const server = createServer(async (req, res) => {
    const behaviour = script[Math.min(times.length, script.length - 1)]!;
    times.push(clock?.time ?? 0);
    const at = times.length - 1;
    if (typeof behaviour === 'function') {
      held.set(req.socket.remotePort, res);
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
  watchWire(server, held);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, times, bodies };
}

/** Advances a clock in steps until something has settled. All that is on its way arrives before each step. */
export async function running<T>(clock: MockClock, something: Promise<T>, stepSecs = 0.05): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  something.then(settled, settled);
  for (;;) {
    await quiet();
    if (isSettled) return something;
    clock.advanceBy(stepSecs);
  }
}
