import { once } from 'node:events';
import { MockClock } from '@breaking/core';
import breaking from '@breaking/fastify';
import { breakerOutcomes, listen, turn } from '@breaking/testkit';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import WebSocket from 'ws';

/** A server whose `/socket` is a WebSocket and whose `/fail` fails, both behind one breaker. */
async function served(clock: MockClock, name: string) {
  const app = Fastify();
  await app.register(websocket);
  await app.register(breaking);
  const onRequest = app.circuitBreaker({
    name,
    errorThreshold: 1,
    timeWindowSecs: 20,
    cooldownSecs: 10,
    clock,
  });
  app.get('/socket', { websocket: true, onRequest }, socket => void socket.send('hello'));
  app.get('/fail', { onRequest }, (_request, reply) => void reply.code(502).send());
  await app.ready();
  const server = await listen(app.server);
  const { port } = app.server.address() as { port: number };
  const open = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
    const status = await Promise.race([
      once(socket, 'message').then(() => 101),
      once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
    ]);
    return { socket, status };
  };
  return { server, open };
}

test('a circuit breaker closes with the first WebSocket that opens, and admits the others', async () => {
  const clock = new MockClock();
  const { server, open } = await served(clock, 'first');
  expect(await server.statuses('/fail')).toEqual([502]);
  expect((await open()).status).toBe(503);
  clock.advanceBy(10);
  const sockets = [await open(), await open(), await open()];
  expect(sockets.map(({ status }) => status)).toEqual([101, 101, 101]);
  for (const { socket } of sockets) socket.terminate();
});

test('a WebSocket that was open for an hour is a success of its circuit breaker', async () => {
  const clock = new MockClock();
  const outcomes = breakerOutcomes();
  const { open } = await served(clock, 'second');
  const { socket } = await open();
  clock.advanceBy(3600);
  socket.close();
  while (!outcomes().includes('second success')) await turn();
  expect(outcomes().filter(each => each.startsWith('second'))).toEqual(['second success']);
});
