import { isThenable } from '@breaking/core/internal';
import breaking from '@breaking/fastify';
import {
  type AdapterUnderTest,
  type GateUnderTest,
  type Io,
  madeOnce,
  type Scenario,
  sendOk,
} from '@breaking/testkit';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from 'fastify';

const TRUST_PROXY = {
  nobody: false,
  oneProxy: (_address: string, hop: number) => hop < 1,
  anyone: true,
};

/**
 * The adapter on Fastify 5.
 * @param through where gates are configured: in the plugin (if it takes them), or by its decorators
 */
export function fastifyUnderTest(name: string, through: 'plugin' | 'decorators'): AdapterUnderTest {
  return {
    name,
    keepsFieldsOnError: true,
    tellsErrors: true,
    tellsHandled: true,
    meddling: {
      'removes the decision': request => Object.assign(request as FastifyRequest, { rateLimit: undefined }),
      'gives the request another prototype': request =>
        Object.setPrototypeOf(request, Object.create(Object.getPrototypeOf(request))),
    },
    headerOf: (request, field) => (request as FastifyRequest).headers[field] as string | undefined,
    mount: async scenario => {
      const app = Fastify({ trustProxy: trustProxy(scenario) });
      return mounted(app, scenario, through);
    },
    mountHttp2: async scenario => {
      const app = Fastify({ trustProxy: trustProxy(scenario), http2: true });
      await mounted(app as never, scenario, through);
      return app.server;
    },
  };
}

function trustProxy({ trusts = 'nobody' }: Scenario) {
  return TRUST_PROXY[trusts];
}

async function mounted(
  app: FastifyInstance,
  { gates, beforeEachGate, handler = sendOk, errorHandler }: Scenario,
  through: 'plugin' | 'decorators',
): Promise<FastifyInstance['server']> {
  const before: onRequestHookHandler = (request, reply, done) => {
    beforeEachGate?.(ioOf(reply), request);
    done();
  };
  app.addHook('onRequest', before);
  const others = await registered(app, gates, through);
  for (const gate of madeOnce(others, gate => hookOf(app, gate))) {
    app.addHook('onRequest', before);
    app.addHook('onRequest', gate);
  }
  if (errorHandler !== undefined) {
    app.setErrorHandler((error, _request, reply) => errorHandler(error, ioOf(reply)));
  }
  const handle = (_request: FastifyRequest, reply: FastifyReply) => {
    const handled = handler(ioOf(reply));
    return isThenable(handled) ? handled.then(() => reply) : undefined;
  };
  app.get('/', handle);
  app.post('/', handle);
  await app.ready();
  return app.server;
}

/** Registers the plugin with the gates that it can have, and returns the others. */
async function registered(
  app: FastifyInstance,
  gates: readonly GateUnderTest[],
  through: 'plugin' | 'decorators',
): Promise<readonly GateUnderTest[]> {
  const [first, ...others] = gates;
  if (through === 'decorators' || first === undefined || others.includes(first)) {
    await app.register(breaking);
    return gates;
  }
  await app.register(breaking, { [first.kind]: first.options });
  return others;
}

function hookOf(app: FastifyInstance, gate: GateUnderTest): onRequestHookHandler {
  if (gate.kind === 'rateLimit') return app.rateLimit(gate.options);
  if (gate.kind === 'circuitBreaker') return app.circuitBreaker(gate.options);
  return app.concurrencyLimit(gate.options);
}

function ioOf(reply: FastifyReply): Io {
  return {
    req: reply.request.raw,
    res: reply.raw,
    decision: reply.request.rateLimit,
    setHeader: (name, value) => void reply.header(name, value),
    send: (status, body) => void reply.code(status).send(body),
    stream: source => void reply.send(source),
    hijack: () => void reply.hijack(),
  };
}
