import { Readable } from 'node:stream';
import {
  type AdapterUnderTest,
  type GateUnderTest,
  type Io,
  type Scenario,
  sendOk,
  type Trust,
  type WebHandler,
  type WebInfo,
  webServer,
} from '@breaking/testkit';
import { decisionOf, type GuardOptions, guard } from '@breaking/web';

const METHODS = ['GET', 'HEAD', 'POST'];

/** Handlers of `Request` and `Response`, on a server that supports nothing else. */
export const webUnderTest: AdapterUnderTest = {
  name: 'Request and Response',
  keepsFieldsOnError: false,
  tellsErrors: true,
  tellsHandled: true,
  answersWithResponse: true,
  knowsNoAddresses: true,
  answersErrorsOutside: true,
  meetsGatesOnce: true,
  meddling: {},
  headerOf: (request, name) => (request as Request).headers.get(name) ?? undefined,
  mount: async scenario => webServer(handlerOf(scenario)),
};

function handlerOf({
  gates,
  beforeEachGate,
  handler = sendOk,
  errorHandler = sendError,
  trusts = 'nobody',
}: Scenario): WebHandler {
  const answers = new WeakMap<Request, Answer>();
  const answerOf = (request: Request, info: WebInfo) => {
    const answer = answers.get(request) ?? new Answer(request, info);
    answers.set(request, answer);
    return answer;
  };
  let handle: WebHandler = async (request, info) => {
    const answer = answerOf(request, info);
    const isThere = new URL(request.url).pathname === '/' && METHODS.includes(request.method);
    if (isThere) await handler(answer);
    else answer.send(404, 'not found');
    return answer.response();
  };
  for (const gate of gates.toReversed()) {
    const guarded = guard(handle, optionsOf(gate, trusts));
    handle = (request, info) => {
      beforeEachGate?.(answerOf(request, info), request);
      return guarded(request, info);
    };
  }
  return async (request, info) => {
    try {
      return await handle(request, info);
    } catch (error) {
      const answer = answerOf(request, info);
      errorHandler(error, answer);
      return answer.response();
    }
  };
}

function optionsOf({ kind, options }: GateUnderTest, trusts: Trust): GuardOptions<Request, WebInfo> {
  if (kind !== 'rateLimit') return { [kind]: options };
  const isRecord = typeof options === 'object' && options !== null && !Array.isArray(options);
  const addressOf = (request: Request, info: WebInfo) => addressBehind(trusts, request, info);
  return { rateLimit: isRecord ? { addressOf, ...options } : options } as GuardOptions<Request, WebInfo>;
}

/** The client's address as an application would compute it, if it knows how many proxies there are. */
function addressBehind(trusts: Trust, { headers }: Request, { req }: WebInfo): string | undefined {
  const forwarded = headers.get('x-forwarded-for')?.split(',') ?? [];
  const claimed = trusts === 'nobody' ? undefined : forwarded.at(trusts === 'anyone' ? 0 : -1)?.trim();
  return claimed || req.socket.remoteAddress;
}

function sendError(error: unknown, io: Io): void {
  const { status = 500, headers = {} } = error as { status?: number; headers?: Record<string, string> };
  for (const [name, value] of Object.entries(headers)) io.setHeader(name, value);
  io.send(status, 'error');
}

/** A request and its response, which a handler sends in parts. */
class Answer implements Io {
  readonly req: Io['req'];
  readonly res: Io['res'];
  readonly #request: Request;
  readonly #headers = new Headers();
  #response: Response | undefined;

  constructor(request: Request, { req, res }: WebInfo) {
    this.#request = request;
    this.req = req;
    this.res = res;
  }

  get decision() {
    return decisionOf(this.#request);
  }

  setHeader(name: string, value: string): void {
    this.#headers.set(name, value);
  }

  send(status: number, body: string): void {
    const hasBody = this.#request.method !== 'HEAD' && status !== 204;
    this.#response = new Response(hasBody ? body : null, { status, headers: this.#headers });
  }

  stream(source: Readable): void {
    this.#response = new Response(Readable.toWeb(source) as ReadableStream, { headers: this.#headers });
  }

  hijack(): void {}

  /** The response, which may never come. */
  async response(): Promise<Response> {
    return this.#response ?? new Promise(() => {});
  }
}
