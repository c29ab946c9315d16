import { createServer, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { pipeline } from 'node:stream';
import { isThenable } from '@breaking/core/internal';
import {
  type AdapterUnderTest,
  type GateUnderTest,
  type Io,
  madeOnce,
  type Scenario,
  sendOk,
} from '@breaking/testkit';
import { type Middleware, nodeHttp, type Request } from './nodeHttp.js';

const PROXIES = { nobody: 0, oneProxy: 1, anyone: Number.POSITIVE_INFINITY };
const METHODS = ['GET', 'HEAD', 'POST'];

/** The adapter of ADAPTERS.md, on a minimal framework. */
export const nodeHttpUnderTest: AdapterUnderTest = {
  name: 'node:http',
  keepsFieldsOnError: true,
  tellsErrors: false,
  tellsHandled: false,
  meddling: {
    'gives req another prototype': req =>
      Object.setPrototypeOf(req, Object.create(Object.getPrototypeOf(req))),
  },
  headerOf: (req, name) => (req as Request).headers[name] as string | undefined,
  mount: async scenario => createServer(listenerOf(scenario)),
  mountHttp2: async scenario => createHttp2Server(listenerOf(scenario) as never),
};

function listenerOf({
  gates,
  beforeEachGate,
  handler = sendOk,
  errorHandler = sendError,
  trusts = 'nobody',
}: Scenario) {
  const { rateLimit, circuitBreaker, concurrencyLimit } = nodeHttp(PROXIES[trusts]);
  const middleware = madeOnce<Middleware>(gates, (gate: GateUnderTest) => {
    if (gate.kind === 'rateLimit') return rateLimit(gate.options);
    if (gate.kind === 'circuitBreaker') return circuitBreaker(gate.options);
    return concurrencyLimit(gate.options);
  });
  const handle: Middleware = (req, res, next) => {
    const io = ioOf(req, res);
    if (req.url !== '/' || !METHODS.includes(req.method ?? '')) return io.send(404, 'not found');
    const handled = handler(io);
    if (isThenable(handled)) handled.then(undefined, next);
  };
  const before: Middleware = (req, res, next) => {
    beforeEachGate?.(ioOf(req, res), req);
    next();
  };
  return (req: Request, res: ServerResponse) => {
    const fail = (error: unknown) => errorHandler(error, ioOf(req, res as ServerResponse<Request>));
    run([...middleware.flatMap(gate => [before, gate]), handle], req, res as ServerResponse<Request>, fail);
  };
}

/** Calls one middleware after another, each when the previous one calls `next`. */
function run(
  [first, ...others]: readonly Middleware[],
  req: Request,
  res: ServerResponse<Request>,
  fail: (error: unknown) => void,
): void {
  const next = (error?: unknown) => (error === undefined ? run(others, req, res, fail) : fail(error));
  try {
    first?.(req, res, next);
  } catch (error) {
    fail(error);
  }
}

function sendError(error: unknown, { res }: Io): void {
  const { status = 500, headers = {} } = error as { status?: number; headers?: Record<string, string> };
  if (!res.headersSent) res.writeHead(status, headers).end();
}

function ioOf(req: Request, res: ServerResponse<Request>): Io {
  return {
    req,
    res,
    decision: req.rateLimit,
    setHeader: (name, value) => void res.setHeader(name, value),
    send: (status, body) => void res.writeHead(status).end(body),
    stream: source => void pipeline(source, res, () => {}),
    hijack: () => {},
  };
}
