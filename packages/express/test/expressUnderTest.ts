import { createServer } from 'node:http';
import { pipeline } from 'node:stream';
import { isThenable } from '@breaking/core/internal';
import { circuitBreaker, concurrencyLimit, rateLimit } from '@breaking/express';
import { type AdapterUnderTest, type GateUnderTest, type Io, madeOnce, sendOk } from '@breaking/testkit';
import type express from 'express';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';

const SHARED = {};
const TRUST_PROXY = { nobody: false, oneProxy: 1, anyone: true };

/** The adapter on a version of Express. */
export function expressUnderTest(name: string, createApp: typeof express): AdapterUnderTest {
  return {
    name,
    keepsFieldsOnError: true,
    tellsErrors: false,
    tellsHandled: false,
    meddling: {
      'replaces res.locals': req => Object.assign((req as Request).res as Response, { locals: {} }),
      'shares one res.locals among all requests': req =>
        Object.assign((req as Request).res as Response, { locals: SHARED }),
      'freezes res.locals': req => Object.freeze((req as Request).res?.locals),
      'gives req another prototype': req =>
        Object.setPrototypeOf(req, Object.create(Object.getPrototypeOf(req))),
    },
    headerOf: (req, field) => (req as Request).get(field),
    mount: async ({ gates, beforeEachGate, handler = sendOk, errorHandler, trusts = 'nobody' }) => {
      const handle: RequestHandler = (req, res, next) => {
        const handled = handler(ioOf(req, res));
        if (isThenable(handled)) handled.then(undefined, next);
      };
      const app = createApp();
      app.set('trust proxy', TRUST_PROXY[trusts]);
      const before: RequestHandler = (req, res, next) => {
        beforeEachGate?.(ioOf(req, res), req);
        next();
      };
      for (const gate of madeOnce(gates, middlewareOf)) app.use(before, gate);
      app.get('/', handle);
      app.post('/', handle);
      if (errorHandler !== undefined) {
        const onError: ErrorRequestHandler = (error, req, res, _next) => errorHandler(error, ioOf(req, res));
        app.use(onError);
      }
      return createServer(app);
    },
  };
}

function middlewareOf(gate: GateUnderTest): RequestHandler {
  if (gate.kind === 'rateLimit') return rateLimit(gate.options);
  if (gate.kind === 'circuitBreaker') return circuitBreaker(gate.options);
  return concurrencyLimit(gate.options);
}

function ioOf(req: Request, res: Response): Io {
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
