import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BucketPolicy, type CircuitBreakerGroup, type Clock, MockClock } from '@breaking/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { heard, until } from './observed.js';

/** The options of the gates for the WebSockets of an app. */
export interface WebSocketGates {
  readonly rateLimit: BucketPolicy & { readonly clock: Clock };
  readonly circuitBreaker: {
    readonly name: string;
    readonly errorThreshold: number;
    readonly timeWindowSecs: number;
    readonly cooldownSecs: number;
    readonly clock: Clock;
  };
}

/** An app that listens, and sends `hello` to each WebSocket at `/socket` that passes its rate limit and its circuit breaker. */
export interface WebSocketApp {
  readonly server: Server;
  readonly breakers: CircuitBreakerGroup;
}

/**
 * How gates treat WebSockets.
 * @param refused what a refused client sees: the status of the response to its upgrade, or `closed CODE` if the library
 *   upgrades a connection before it calls the application
 */
export function webSocketContract(
  name: string,
  appOf: (gates: WebSocketGates) => Promise<WebSocketApp>,
  refused: { readonly by429: string; readonly by503: string },
): void {
  const served = async (breakerName: string, { capacityMax = 100 } = {}) => {
    const clock = new MockClock();
    const calls = heard('breaking:circuit_breaker:call');
    const { server, breakers } = await appOf({
      rateLimit: { capacityMax, restoreRateHz: 0.001, clock },
      circuitBreaker: { name: breakerName, errorThreshold: 1, timeWindowSecs: 20, cooldownSecs: 10, clock },
    });
    if (!server.listening) await once(server, 'listening');
    onTestFinished(() => void server.close());
    const open = () => opened(server.address() as AddressInfo);
    // Without the sockets of the previous test, which close meanwhile.
    const outcomes = () => calls.filter(call => call.name === breakerName).map(({ outcome }) => outcome);
    return { clock, breaker: breakers.get(), open, outcomes };
  };

  describe(`WebSockets of ${name}`, () => {
    test('a first socket that opens closes the circuit breaker, and the others are admitted', async () => {
      const { clock, breaker, open } = await served('first');
      breaker.trip();
      expect((await open()).saw).toBe(refused.by503);
      clock.advanceBy(10);
      const sockets = [await open(), await open(), await open()];
      expect(sockets.map(({ saw }) => saw)).toEqual(['hello', 'hello', 'hello']);
      expect(breaker.state).toBe('closed');
    });

    test('a socket that was open for an hour is a success for its circuit breaker', async () => {
      const { clock, open, outcomes } = await served('hour');
      const { socket } = await open();
      clock.advanceBy(3600);
      expect(outcomes()).toEqual([]);
      socket.close();
      await until(() => outcomes().length > 0);
      expect(outcomes()).toEqual(['success']);
    });

    test('one socket more than the rate limit allows is refused', async () => {
      const { open } = await served('limited', { capacityMax: 1 });
      expect((await open()).saw).toBe('hello');
      expect((await open()).saw).toBe(refused.by429);
    });
  });
}

/** A WebSocket, and the first thing that its client received. */
async function opened({ port }: AddressInfo): Promise<{ readonly socket: WebSocket; readonly saw: string }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
  onTestFinished(() => void socket.terminate());
  const saw = await Promise.race([
    once(socket, 'message').then(([message]) => String(message)),
    once(socket, 'unexpected-response').then(([, response]) => `${response.statusCode}`),
    once(socket, 'close').then(([code]) => `closed ${code}`),
  ]);
  return { socket, saw };
}
