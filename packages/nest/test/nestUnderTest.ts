import type { Server } from 'node:http';
import { pipeline } from 'node:stream';
import { CircuitBreakerGate, ConcurrencyLimitGate, RateLimitGate } from '@breaking/http';
import { BreakingModule, type NestRequest, RefusedException, RefusedExceptionFilter } from '@breaking/nest';
import {
  type AdapterUnderTest,
  type GateUnderTest,
  type Io,
  madeOnce,
  type Scenario,
  sendOk,
} from '@breaking/testkit';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Module,
  NotFoundException,
  Post,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { admit } from '../src/admit.js';
import { binding, type Call, type CallGate, callOf } from '../src/call.js';

/** Converts the request and response that handlers receive. */
type IoOf = (req: never, res: never) => Io;

/** What the adapter has in common on both platforms. */
const ON_BOTH = {
  keepsFieldsOnError: true,
  tellsErrors: true,
  tellsHandled: true,
  seesMatchedRoutesOnly: true,
  waitsBeforeHandlers: true,
  endsBrokenAnswers: true,
  headerOf: (request: unknown, field: string) =>
    (request as NestRequest).headers[field] as string | undefined,
} as const;

const CREATED = { logger: false, abortOnError: false } as const;

const EXPRESS_TRUSTS = { nobody: false, oneProxy: 1, anyone: true };

/** The adapter on NestJS over Express. */
export const nestOnExpress: AdapterUnderTest = {
  ...ON_BOTH,
  name: 'NestJS on Express',
  meddling: {
    'replaces res.locals': req =>
      Object.assign((req as ExpressRequest).res as ExpressResponse, { locals: {} }),
    'gives req another prototype': req =>
      Object.setPrototypeOf(req, Object.create(Object.getPrototypeOf(req))),
  },
  mount: async ({ trusts = 'nobody', ...scenario }) => {
    const app = await NestFactory.create<NestExpressApplication>(rootOf(scenario, expressIo), CREATED);
    useErrorHandler(app, scenario, expressIo);
    app.set('trust proxy', EXPRESS_TRUSTS[trusts]);
    await app.init();
    return app.getHttpServer() as Server;
  },
};

const FASTIFY_TRUSTS = {
  nobody: false,
  oneProxy: (_address: string, hop: number) => hop < 1,
  anyone: true,
};

/** The adapter on NestJS over Fastify. */
export const nestOnFastify: AdapterUnderTest = {
  ...ON_BOTH,
  name: 'NestJS on Fastify',
  meddling: {
    'removes the decision': request => Object.assign(request as object, { rateLimit: undefined }),
    'gives the request another prototype': request =>
      Object.setPrototypeOf(request, Object.create(Object.getPrototypeOf(request))),
  },
  mount: scenario => onFastify(scenario, {}),
  mountHttp2: async scenario => (await onFastify(scenario, { http2: true })) as never,
};

async function onFastify({ trusts = 'nobody', ...scenario }: Scenario, options: object): Promise<Server> {
  const platform = new FastifyAdapter({ trustProxy: FASTIFY_TRUSTS[trusts], ...options });
  const root = rootOf(scenario, fastifyIo);
  const app = await NestFactory.create<NestFastifyApplication>(root, platform, CREATED);
  useErrorHandler(app, scenario, fastifyIo);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app.getHttpServer();
}

/** An application whose first gate is the module's, unless it is used twice. The other gates are guards. */
function rootOf({ gates, beforeEachGate, handler = sendOk }: Scenario, ioOf: IoOf) {
  const before: CanActivate = {
    canActivate(context) {
      beforeEachGate?.(ioIn(context, ioOf), context.switchToHttp().getRequest());
      return true;
    },
  };
  const [first, ...others] = gates;
  const ofModule = first === undefined || others.includes(first) ? {} : { [first.kind]: first.options };
  const ofHandlers = Object.keys(ofModule).length === 0 ? gates : others;
  const guards = madeOnce(ofHandlers, guardOf).flatMap(guard => [before, guard]);

  @Controller()
  @UseGuards(...guards)
  class Service {
    @Get()
    get(@Req() req: never, @Res() res: never) {
      return handler(ioOf(req, res));
    }

    @Post()
    post(@Req() req: never, @Res() res: never) {
      return handler(ioOf(req, res));
    }

    @Get('none')
    none() {
      throw new NotFoundException();
    }
  }

  @Module({
    imports: [BreakingModule.forRoot(ofModule)],
    controllers: [Service],
    providers: [{ provide: APP_GUARD, useValue: before }],
  })
  class Root {}
  return Root;
}

function ioIn(host: ArgumentsHost, ioOf: IoOf): Io {
  const http = host.switchToHttp();
  return ioOf(http.getRequest<never>(), http.getResponse<never>());
}

/** The application's own catch-all filter comes first. It leaves refusals to the module's filter if they are responses. */
function useErrorHandler(app: INestApplication, { errorHandler }: Scenario, ioOf: IoOf): void {
  if (errorHandler === undefined) return;
  const refusals = new RefusedExceptionFilter();
  @Catch()
  class Errors implements ExceptionFilter {
    catch(error: unknown, host: ArgumentsHost) {
      if (error instanceof RefusedException) refusals.catch(error, host);
      else errorHandler?.(error, ioIn(host, ioOf));
    }
  }
  app.useGlobalFilters(new Errors());
}

function guardOf(gate: GateUnderTest): CanActivate {
  const gates = [gateOf(gate)];
  return {
    canActivate(context: ExecutionContext) {
      return admit(gates, callOf(context) as Call);
    },
  };
}

function gateOf(gate: GateUnderTest): CallGate {
  if (gate.kind === 'rateLimit') return new RateLimitGate<Call, NestRequest>(binding, gate.options);
  if (gate.kind === 'circuitBreaker') return new CircuitBreakerGate<Call, NestRequest>(binding, gate.options);
  return new ConcurrencyLimitGate<Call, NestRequest>(binding, gate.options);
}

function expressIo(req: ExpressRequest, res: ExpressResponse): Io {
  return {
    req,
    res,
    decision: req.rateLimit,
    setHeader: (name, value) => void res.set(name, value),
    send: (status, body) => void res.status(status).send(body),
    stream: source => void pipeline(source, res, () => {}),
    hijack: () => {},
  };
}

function fastifyIo(request: FastifyRequest, reply: FastifyReply): Io {
  return {
    req: request.raw,
    res: reply.raw,
    decision: (request as NestRequest).rateLimit,
    setHeader: (name, value) => void reply.header(name, value),
    send: (status, body) => void reply.code(status).send(body),
    stream: source => void reply.send(source),
    hijack: () => void reply.hijack(),
  };
}
