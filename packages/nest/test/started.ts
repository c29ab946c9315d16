import type { Server } from 'node:http';
import { type Answer, listen, type Served } from '@breaking/testkit';
import type { DynamicModule, INestApplication, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { onTestFinished } from 'vitest';

export type Platform = 'Express' | 'Fastify';

export const PLATFORMS: readonly Platform[] = ['Express', 'Fastify'];

/** The error and warning messages that Nest and the application log. */
class Log implements LoggerService {
  readonly entries: unknown[] = [];
  log(): void {}
  error(entry: unknown): void {
    this.entries.push(entry);
  }
  warn(entry: unknown): void {
    this.entries.push(entry);
  }
}

/** An application that listens until the end of the test. */
export interface Started {
  readonly app: INestApplication;
  readonly served: Served;
  readonly logged: readonly unknown[];
}

/** @param prepare called with the application before it listens */
export async function started(
  platform: Platform,
  root: Type | DynamicModule,
  prepare: (app: INestApplication) => void = () => {},
): Promise<Started> {
  const log = new Log();
  const options = { logger: log, abortOnError: false };
  const app =
    platform === 'Express'
      ? await NestFactory.create(root, options)
      : await NestFactory.create(root, new FastifyAdapter(), options);
  onTestFinished(() => app.close());
  prepare(app);
  await app.init();
  await (app.getHttpAdapter().getInstance() as { ready?: () => unknown }).ready?.();
  return { app, served: await listen(app.getHttpServer() as Server), logged: log.entries };
}

/** The status and the problem of a response. */
export function problemOf({ status, headers, body }: Answer) {
  return { status, contentType: headers['content-type'], problem: JSON.parse(body) as unknown };
}
