import 'reflect-metadata';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { BreakingModule, CircuitBreaker, perMinute, RateLimit, UseBreaking } from '@breaking/nest';
import { Module, type Type, type WebSocketAdapter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

@UseBreaking()
@RateLimit({ name: 'chat', ...perMinute(2) })
@WebSocketGateway()
class Chat {
  @SubscribeMessage('say')
  say() {
    return { event: 'said', data: 'ok' };
  }

  @SubscribeMessage('broken')
  @RateLimit(false)
  @CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 })
  broken() {
    throw new Error('broken');
  }
}

@Module({ imports: [BreakingModule.forRoot()], providers: [Chat] })
class Root {}

/** Sends one message after another, each after the answer to the previous one. Returns the answers. */
interface Client {
  ask(event: string): Promise<unknown>;
  close(): void;
}

async function withWs(url: string): Promise<Client> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  await once(socket, 'open');
  return {
    async ask(event) {
      socket.send(JSON.stringify({ event, data: null }));
      const [message] = await once(socket, 'message');
      const { data } = JSON.parse(String(message));
      return data.message ?? data;
    },
    close: () => socket.close(),
  };
}

async function withSocketIo(url: string): Promise<Client> {
  const socket = io(url);
  await new Promise<void>(resolve => socket.on('connect', () => resolve()));
  return {
    async ask(event) {
      const answered = new Promise<unknown>(resolve =>
        socket.onAny((_event, data) => resolve(data.message ?? data)),
      );
      socket.emit(event, null);
      const answer = await answered;
      socket.offAny();
      return answer;
    },
    close: () => void socket.close(),
  };
}

async function check(
  Adapter: Type<WebSocketAdapter>,
  connect: (url: string) => Promise<Client>,
): Promise<void> {
  const app = await NestFactory.create(Root, { logger: false, abortOnError: false });
  app.useWebSocketAdapter(new Adapter(app));
  await app.listen(0, '127.0.0.1');
  const client = await connect(await app.getUrl());
  const answers: unknown[] = [];
  for (const event of ['say', 'say', 'say', 'broken', 'broken']) answers.push(await client.ask(event));
  const expected = ['ok', 'ok', 'Too Many Requests', 'Internal server error', 'Service Unavailable'];
  assert.deepEqual(answers, expected);
  client.close();
  await app.close();
}

await check(WsAdapter, withWs);
await check(IoAdapter, withSocketIo);
