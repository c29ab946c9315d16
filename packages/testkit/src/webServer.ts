import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

/** The second argument of handlers. */
export interface WebInfo {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** A handler of requests, as called by runtimes without Node's own requests and responses. */
export type WebHandler = (request: Request, info: WebInfo) => Response | Promise<Response>;

/**
 * A `node:http` server for a handler of `Request` and `Response`. As runtimes do, it reads the body of the response as fast
 * as the client does, cancels it when the client leaves, and then aborts the signal of the request. If a handler throws, it
 * answers 500.
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
  // Each waiting request on a connection adds a listener.
  return server.on('connection', socket => void socket.setMaxListeners(0));
}

/**
 * Aborts when the client leaves before it has its response. A response that waits for others on its connection may emit no
 * `close`.
 */
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
