import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as its server received it. */
async function seen(req: IncomingMessage): Promise<object> {
  let body = '';
  for await (const chunk of req) body += chunk;
  const { 'x-own': own, 'content-type': type, 'content-length': length, connection, referer } = req.headers;
  return {
    method: req.method,
    url: req.url,
    own,
    type: type?.replace(/boundary=.*/, ''),
    length,
    connection,
    referer,
    body,
  };
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(req.url ?? '', 'http://here');
  if (pathname === '/redirect') {
    res.writeHead(Number(searchParams.get('status')), { Location: '/echo' }).end();
  } else if (pathname === '/loop') {
    res.writeHead(302, { Location: '/loop' }).end();
  } else if (pathname === '/slow-body') {
    res.writeHead(200).write('first ');
  } else if (pathname === '/reset') {
    res.writeHead(200, { 'Content-Length': '100' }).write('half');
    setImmediate(() => res.socket?.resetAndDestroy());
  } else if (pathname === '/empty') {
    res.writeHead(204).end();
  } else if (pathname === '/status') {
    res.writeHead(Number(searchParams.get('status')), { 'Set-Cookie': ['a=1', 'b=2'] }).end('body');
  } else if (pathname === '/early') {
    // The head is sent before the body of the request has ended.
    res.writeHead(200).write('early ');
    for await (const chunk of req) res.write(chunk);
    res.end();
  } else {
    const told = JSON.stringify(await seen(req));
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(told);
  }
}

/**
 * A real server that returns what it received, or misbehaves, depending on the path. It never answers `/hang`, and answers
 * `/hanging` once a request for `/hang` has come.
 */
export async function echoServer(): Promise<string> {
  let hangs = () => {};
  const hanging = new Promise<void>(resolve => {
    hangs = resolve;
  });
  const server = createServer((req, res) => {
    if (req.url === '/hang') hangs();
    else if (req.url === '/hanging') void hanging.then(() => res.end());
    else void answer(req, res).catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
