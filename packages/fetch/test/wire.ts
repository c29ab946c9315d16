import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { turn } from '@breaking/testkit';
import { onTestFinished } from 'vitest';

/** What undici, which is Node's fetch too, publishes of a request. */
interface Published {
  readonly request: { readonly origin: string };
  readonly socket: Socket;
}

/** The answers that a server may not begin for the time being, by the ports of their clients. */
export type Held = ReadonlyMap<number | undefined, ServerResponse>;

/** For each server of the test, whether anything is on its way to it or from it. */
const wires = new Set<() => boolean>();

/** Watches a listening server until the test ends, so that {@link quiet} waits for the heads of its answers. */
export function watchWire(server: Server, held: Held = new Map()): void {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** The ports of requests whose answers have not begun. */
  const open = new Map<object, number | undefined>();
  const steps: Readonly<Record<string, (message: Published) => void>> = {
    'undici:request:create': ({ request }) => {
      if (request.origin === origin) open.set(request, undefined);
    },
    'undici:client:sendHeaders': ({ request, socket }) => {
      if (open.has(request)) open.set(request, socket.localPort);
    },
    'undici:request:headers': ({ request }) => void open.delete(request),
    'undici:request:error': ({ request }) => void open.delete(request),
  };
  for (const [channel, step] of Object.entries(steps)) {
    const hear = (message: unknown) => step(message as Published);
    subscribe(channel, hear);
    onTestFinished(() => void unsubscribe(channel, hear));
  }

  const isOnItsWay = (port: number | undefined) => {
    const res = held.get(port);
    return res === undefined || res.headersSent || res.req.socket.destroyed;
  };
  const isBusy = () => [...open.values()].some(isOnItsWay);
  wires.add(isBusy);
  onTestFinished(() => void wires.delete(isBusy));
}

/** What follows within the process from an answer, or from a step of a clock, takes fewer turns. */
const TURNS = 20;

/** Waits until no request and no head of an answer is on its way, and all that follows from them has happened. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < TURNS; turns++) {
    await turn();
    if ([...wires].some(isBusy => isBusy())) turns = -1;
  }
}
