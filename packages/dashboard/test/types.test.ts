import { addressKey } from '@breaking/core';
import type { Request } from 'express';
import type { FastifyRequest } from 'fastify';
import type { Context, ParameterizedContext } from 'koa';
import { describe, expectTypeOf, test } from 'vitest';
import { dashboard as onExpress } from '../src/express.js';
import { dashboard as onFastify } from '../src/fastify.js';
import { type KoaContext, dashboard as onKoa } from '../src/koa.js';

const options = { watch: [], path: '/ops' };
const watch: unknown[] = [];

describe('authorize is typed', () => {
  test('by Koa if it is written inline: address, header fields and cookies', () => {
    onKoa({ ...options, authorize: ctx => ctx.get('authorization') === 'Basic b3Bz' }).close();
    onKoa({ ...options, authorize: ctx => ctx.headers.authorization === 'Basic b3Bz' }).close();
    onKoa({ ...options, authorize: ctx => ctx.cookies.get('session') === 'ops' }).close();
    onKoa({ ...options, authorize: ctx => addressKey(ctx.ip) === '127.0.0.1' }).close();
    onKoa({
      ...options,
      authorize: ctx => {
        expectTypeOf(ctx.get('x')).toEqualTypeOf<string>();
        expectTypeOf(ctx.headers.cookie).toEqualTypeOf<string | undefined>();
        expectTypeOf(ctx.cookies.get('x')).toEqualTypeOf<string | undefined>();
      },
    }).close();
  });

  test('by Express if it is written inline: address and header fields', () => {
    onExpress({ watch, authorize: req => req.get('authorization') === 'Basic b3Bz' }).close();
    onExpress({ watch, authorize: req => req.headers.authorization === 'Basic b3Bz' }).close();
    onExpress({ watch, authorize: req => addressKey(req.ip) === '127.0.0.1' }).close();
  });

  test('by Fastify if it is written inline: address and header fields', () => {
    onFastify({ watch, authorize: request => request.headers.authorization === 'Basic b3Bz' });
    onFastify({ watch, authorize: request => addressKey(request.ip) === '127.0.0.1' });
  });

  test("by the framework's own type if it is written elsewhere", () => {
    const ofContext = (ctx: Context) => ctx.session.isOperator === true;
    const ofState = (ctx: ParameterizedContext<{ isOperator: boolean }>) => ctx.state.isOperator;
    const ofOurs = (ctx: KoaContext) => ctx.ip === '127.0.0.1';
    onKoa({ ...options, authorize: ofContext }).close();
    onKoa({ ...options, authorize: ofState }).close();
    onKoa({ ...options, authorize: ofOurs }).close();
    onExpress({ watch, authorize: (req: Request) => req.cookies.session === 'ops' }).close();
    onFastify({ watch, authorize: (request: FastifyRequest) => request.hostname === 'ops' });
  });
});
