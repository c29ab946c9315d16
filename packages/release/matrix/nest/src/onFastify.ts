import 'reflect-metadata';
import { breaking, perMinute } from '@breaking/fastify';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { check } from './check.js';
import { Refusals } from './refusals.js';
import { Everything } from './service.js';

async function main() {
  const app = await NestFactory.create<NestFastifyApplication>(Everything, new FastifyAdapter(), {
    logger: false,
  });
  app.useGlobalFilters(new Refusals(app.get(HttpAdapterHost)));
  await app.register(breaking, {
    rateLimit: { ...perMinute(1), skip: request => request.url !== '/limited' },
  });
  await app.listen(0);
  await check(await app.getUrl());
  await app.close();
}

void main();
