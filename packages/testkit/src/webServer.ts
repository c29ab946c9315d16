import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

/** What the server hands to handlers beside the request. */
export interface WebInfo {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** A handler of requests as runtimes without Node's own requests and responses call it. */
export type WebHandler = (request: Request, info: WebInfo) => Response | Promise<Response>;

/**
 * A server of `node:http` for a handler of `Request` and `Response`. As runtimes do, it reads the answer's body as fast as the client
 * does, cancels it when the client leaves, and aborts the signal of the request then. A handler that throws is answered with a 500.
 */
export function webServer(handler: WebHandler): Server {
  const server = createServer((req, res) => {
    const request = requestOf(req, leavingOf(req, res));
    const fail = () => void res.writeHead(500).end();
    try {
      const answer = Promise.resolve(handler(request, { req, res }));
      answer.then(response => send(response, res, request.signal), fail);
    } catch {
      fail();
    }
  });
  // Each request that waits for its turn on a connection listens to that.
  return server.on('connection', socket => void socket.setMaxListeners(0));
}

/** Aborts when the client leaves before it has its answer. A response that waits for others on its connection may not close. */
function leavingOf({ socket }: IncomingMessage, res: ServerResponse): AbortSignal {
  const left = new AbortController();
  const leave = () => left.abort(new Error('the client has left'));
  socket.once('close', leave);
  res.once('close', () => {
    socket.off('close', leave);
    if (!res.writableFinished) leave();
  });
  return left.signal;
}

function requestOf(req: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', headersDistinct } = req;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Readable.toWeb(req) as ReadableStream, duplex: 'half' as const } : undefined;
  return new Request(new URL(url, 'http://test'), { method, headers, signal, ...body });
}

async function send(response: Response, res: ServerResponse, left: AbortSignal): Promise<void> {
  if (left.aborted) {
    await response.body?.cancel(left.reason);
    return;
  }
  for (const [name, value] of response.headers) res.appendHeader(name, value);
  res.writeHead(response.status);
  if (response.body === null) {
    res.end();
    return;
  }
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel(left.reason).catch(() => {});
  left.addEventListener('abort', cancel);
  res.flushHeaders();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!res.write(value)) await drained(res);
    }
    res.end();
  } catch (error) {
    res.on('error', () => {}).destroy(error as Error);
  } finally {
    left.removeEventListener('abort', cancel);
  }
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    for (const event of ['drain', 'close']) res.once(event, () => resolve());
  });
}
