import type { RequestListener } from 'node:http';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { HttpLimit } from '../http/httpContender.js';
import type { NestContender } from './nestContender.js';

/** An Express application with one handler behind a contender. @returns the request listener of its server */
export async function application(contender: NestContender, limit: HttpLimit): Promise<RequestListener> {
  class Service {
    get(): string {
      return 'hello';
    }
  }
  class Root {}
  // Decorators are functions. They are called here as the syntax would call them.
  const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'get') as PropertyDescriptor;
  Get()(Service.prototype, 'get', descriptor);
  Controller()(Service);
  Module({ controllers: [Service], ...(await contender.module(limit)) })(Root);
  const app = await NestFactory.create(Root, { logger: false, abortOnError: false });
  await app.init();
  return app.getHttpAdapter().getInstance();
}
