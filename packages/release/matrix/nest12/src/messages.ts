import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { BreakingModule, perMinute, RateLimit } from '@breaking/nest';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';

@Controller()
class Sums {
  @Get()
  @MessagePattern('sum')
  sum(): number {
    return 3;
  }
}

@Controller()
class Limited {
  @MessagePattern('limited')
  @RateLimit(perMinute(1))
  limited(): number {
    return 3;
  }
}

function rootOf(controller: Type): Type {
  @Module({ imports: [BreakingModule.forRoot({ rateLimit: perMinute(1) })], controllers: [controller] })
  class Root {}
  return Root;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}

const port = await freePort();
const overTcp: MicroserviceOptions = { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
const options = { logger: false, abortOnError: false } as const;

/** Limits do not count messages. */
async function ask(): Promise<void> {
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  });
  for (let i = 0; i < 2; i++) assert.equal(await firstValueFrom(client.send('sum', {})), 3);
  await client.close();
}

const alone = await NestFactory.createMicroservice<MicroserviceOptions>(rootOf(Sums), {
  ...overTcp,
  ...options,
});
await alone.listen();
await ask();
await alone.close();

const hybrid = await NestFactory.create(rootOf(Sums), options);
hybrid.connectMicroservice<MicroserviceOptions>(overTcp, { inheritAppConfig: true });
await hybrid.startAllMicroservices();
await hybrid.listen(0, '127.0.0.1');
await ask();
const url = await hybrid.getUrl();
assert.deepEqual([(await fetch(url)).status, (await fetch(url)).status], [200, 429]);
await hybrid.close();

await assert.rejects(
  NestFactory.createMicroservice<MicroserviceOptions>(rootOf(Limited), { ...overTcp, ...options }),
  {
    message: 'Limited.limited handles messages of microservices, which cannot have limits or breakers',
  },
);
