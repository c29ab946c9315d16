import 'reflect-metadata';
import assert from 'node:assert/strict';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';

const REQUESTS = [
  ['GET /', 200],
  ['GET /limited', 200],
  ['GET /limited', 429],
  ['HEAD /limited', 429],
  ['POST /login', 200],
  ['POST /login', 429],
  ['POST /reset', 200],
  ['POST /login', 200],
  ['GET /broken', 500],
  ['GET /broken', 503],
  ['GET /missing', 404],
  ['GET /missing', 404],
  ['GET /busy', 200],
  ['GET /nowhere', 404],
] as const;

/** Checks the responses of the application in `app.module.ts`, and its log entries for refusals. */
async function check(adapter?: FastifyAdapter): Promise<void> {
  const logged: unknown[] = [];
  const none = () => {};
  const logger = {
    log: none,
    warn: (entry: unknown) => logged.push(entry),
    error: (entry: unknown) => logged.push(entry),
  };
  const app = await (adapter === undefined
    ? NestFactory.create(AppModule, { logger })
    : NestFactory.create(AppModule, adapter, { logger }));
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const answers: unknown[] = [];
  for (const [request] of REQUESTS) {
    const [method, path] = request.split(' ');
    const answer = await fetch(`${url}${path}`, { method });
    answers.push([request, answer.status]);
    if (answer.status !== 429 && answer.status !== 503) continue;
    assert.equal(answer.headers.get('content-type'), 'application/problem+json', request);
    assert.ok(answer.headers.has('retry-after'), request);
    if (method !== 'HEAD') assert.equal((await answer.json()).status, answer.status);
  }
  assert.deepEqual(answers, REQUESTS);
  // The error of the upstream is logged, and no refusal.
  assert.equal(logged.length, 1);
  await app.close();
}

async function main(): Promise<void> {
  await check();
  await check(new FastifyAdapter());
}

void main();
