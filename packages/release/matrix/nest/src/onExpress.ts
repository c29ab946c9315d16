import 'reflect-metadata';
import { perMinute, rateLimit } from '@breaking/express';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { check } from './check.js';
import { Refusals } from './refusals.js';
import { Everything } from './service.js';

async function main() {
  const app = await NestFactory.create<NestExpressApplication>(Everything, { logger: false });
  app.useGlobalFilters(new Refusals(app.get(HttpAdapterHost)));
  app.use('/limited', rateLimit(perMinute(1)));
  await app.listen(0);
  await check(await app.getUrl());
  await app.close();
}

void main();
