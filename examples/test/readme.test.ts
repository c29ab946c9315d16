import * as diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { dirname } from 'node:path';
import { MockClock } from '@breaking/core';
import { circuitBreaker, rateLimit } from '@breaking/express';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyServer } from '../../packages/redis/test/server/sharedServer.js';
import { close, createServers, listen } from '../servers.js';
import { inRepository, Readme } from './readme.js';
import { statuses } from './requests.js';
import { run, STILL } from './run.js';

const readme = new Readme('README.md');
const packageReadmes = ['core', 'express', 'fastify', 'http', 'koa', 'redis', 'testkit'].map(
  name => new Readme(`packages/${name}/README.md`),
);
const dashboardReadme = new Readme('packages/dashboard/README.md');

describe.each([
  ['express', 'examples/express'],
  ['koa', 'examples/koa'],
  ['fastify', 'examples/fastify'],
])('on %s', (name, folder) => {
  test('the first example of the README runs unchanged, and limits', async () => {
    const answer = await fetch(await run(exampleOf(name, readme), folder));

    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('hello');
    expect(answer.headers.get('RateLimit-Policy')).toBe('"default";q=100;w=60');
  });

  test("the limit in the package's README runs unchanged", async () => {
    const answer = await fetch(await run(exampleOf(name, readmeOf(name)), folder));

    expect(answer.headers.get('RateLimit')).toContain('"burst";r=19;t=2');
    expect(await answer.json()).toEqual({ tokensLeft: [19, 999] });
  });

  test("the dashboard in dashboard's README admits this machine when the server listens on all addresses", async () => {
    const url = await run(exampleOf(name, dashboardReadme), folder, { LISTEN_HOST: '::' });

    expect((await fetch(`${url}/ops`)).status).toBe(200);
  });

  test("the breakers with keyOf in the package's README are separate for each key", async () => {
    const keyed = readmeOf(name).codeBlocks.find(({ code }) => /\bkeyOf = .*circuitBreaker\(/s.test(code));
    const url = await run(keyed!.code, folder, STILL);
    const ask = (shop: string) => fetch(`${url}/${shop}/stock`);

    expect(await statuses(6, () => ask('broken'))).toEqual([500, 500, 500, 500, 500, 503]);
    expect((await ask('sound')).status).toBe(200);
  });
});

test('the circuit breaker of the README runs unchanged, and opens', async () => {
  const url = await run(breakerOf('express', readme), 'examples/express', STILL);

  expect(await statuses(6, () => fetch(`${url}/pay`))).toEqual([500, 500, 500, 500, 500, 503]);
});

test('the circuit breaker of the README opens on an upstream that accepts and never answers', async () => {
  const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const code = breakerOf('express', readme)
    .replace('127.0.0.1:4000', `127.0.0.1:${port}`)
    .replace('timeout(3000)', 'timeout(30)');
  const url = await run(code, 'examples/express', STILL);

  expect(await statuses(6, () => fetch(`${url}/pay`))).toEqual([500, 500, 500, 500, 500, 503]);
});

test("the example in redis's README runs unchanged", async () => {
  const redis = await emptyServer();
  const url = await run(exampleOf('redis', readmeOf('redis')), 'examples/redis', { REDIS_URL: redis.url });

  expect(await (await fetch(url)).json()).toEqual({ tokensLeft: 99 });
});

test("the adapter in http's README runs unchanged, and refuses", async () => {
  const url = await run(exampleOf('http', readmeOf('http')), 'packages/http', STILL);

  expect(await statuses(21, () => fetch(url))).toEqual([...Array(20).fill(200), 429]);
});

function readmeOf(name: string): Readme {
  return packageReadmes.find(({ path }) => path === `packages/${name}/README.md`)!;
}

/** The code of the server that uses the package of that name. */
function exampleOf(name: string, { codeBlocks }: Readme): string {
  const block = codeBlocks.find(
    ({ code }) => code.includes(`'@breaking/${name}'`) && code.includes('listen('),
  );
  return block!.code;
}

/** The code of the breaker that uses the package of that name. */
function breakerOf(name: string, { codeBlocks }: Readme): string {
  const block = codeBlocks.find(
    ({ code }) => code.includes(`'@breaking/${name}'`) && /circuitBreaker[(:]/.test(code),
  );
  return block!.code;
}

test('the README shows a 429 as captured', async () => {
  const servers = await createServers({ clock: new MockClock() });
  onTestFinished(() => {
    for (const { server } of servers) close(server);
  });
  const { server } = servers.find(each => each.name === 'Express')!;
  const url = `${await listen(server)}/`;
  for (let i = 0; i < 5; i++) await captured(url);

  const shown = readme.codeBlocks.find(({ code }) => code.startsWith('HTTP/1.1 429'))?.code.trimEnd();
  expect(undated(shown ?? '')).toBe(undated(await captured(url)));
});

test('HEADERS.md shows the 503 of an open breaker as captured', async () => {
  const app = express();
  const breaker = circuitBreaker({ errorThreshold: 5, timeWindowSecs: 60, clock: new MockClock() });
  app.get('/', breaker, (_req, res) => void res.status(500).end());
  const server = createServer(app);
  onTestFinished(() => close(server));
  const url = `${await listen(server)}/`;
  for (let i = 0; i < 5; i++) await captured(url);

  const { codeBlocks } = new Readme('packages/http/HEADERS.md');
  const shown = codeBlocks.find(({ code }) => code.startsWith('HTTP/1.1 503'))?.code.trimEnd();
  expect(undated(shown ?? '')).toBe(undated(await captured(url)));
});

/** A response with its header fields in order, as `curl -i` prints it. */
async function captured(url: string): Promise<string> {
  const [answer] = (await once(get(url), 'response')) as [IncomingMessage];
  const { httpVersion, statusCode, statusMessage, rawHeaders } = answer;
  const lines = [`HTTP/${httpVersion} ${statusCode} ${statusMessage}`];
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) body += chunk;
  return `${lines.join('\n')}\n\n${body}`;
}

test("the circuit breakers in fastify's README work as described", async () => {
  const url = await run(breakerOf('fastify', readmeOf('fastify')), 'examples/fastify', STILL);
  const ask = (path: string, times: number) => statuses(times, () => fetch(url + path));

  expect(await ask('/pay', 3)).toEqual([500, 500, 503]);
  expect(await ask('/health', 6)).toEqual(Array(6).fill(500));
  expect(await ask('/stock', 5)).toEqual(Array(5).fill(500));
  expect(await ask('/price', 1)).toEqual([503]);
});

test('the listener in EVENTS.md receives transitions, also of a breaker in shadow mode', async () => {
  const { codeBlocks } = new Readme('packages/http/EVENTS.md');
  const block = codeBlocks.find(({ code }) => code.includes("subscribe('breaking:circuit_breaker"));
  const body = block!.code.replace(/^import .+$/m, '');
  const heard: string[] = [];
  const listeners: [string, diagnostics.ChannelListener][] = [];
  const subscribe: typeof diagnostics.subscribe = (channel, listener) => {
    listeners.push([String(channel), listener]);
    diagnostics.subscribe(channel, listener);
  };
  onTestFinished(() => {
    for (const listener of listeners) diagnostics.unsubscribe(...listener);
  });
  new Function('subscribe', 'console', body)(subscribe, { log: (line: string) => void heard.push(line) });

  const options = { name: 'pay', errorThreshold: 2, timeWindowSecs: 60, clock: new MockClock() };
  const breaker = circuitBreaker({ ...options, enforce: false });
  const server = createServer((req, res) => {
    breaker(req as never, res as never, () => res.writeHead(500).end());
  });
  onTestFinished(() => close(server));
  const url = await listen(server);
  for (let i = 0; i < 4; i++) expect((await fetch(url)).status).toBe(500);

  expect(heard).toEqual(['pay: closed to open (tooManyErrors), next request in 30 s']);
});

function undated(answer: string): string {
  return answer.replace(/^Date: .+$/m, 'Date:');
}

test.each([
  ['rateLimit', rateLimit],
  ['circuitBreaker', circuitBreaker],
])('the page of options lists every option of %s', (name, make) => {
  const page = new Readme('packages/http/OPTIONS.md');
  const listed = [...page.section(name).matchAll(/^\| `(\w+)` \| /gm)].map(([, option]) => option);

  // The error for an unknown option lists the known ones.
  const message = /known options: (.*)/;
  let known: readonly string[] = [];
  try {
    make({ noSuchOption: 1 } as never);
  } catch (error) {
    expect(String(error)).toContain(`${name}: unknown option "noSuchOption"`);
    known = message.exec(String(error))?.[1]?.split(', ') ?? [];
  }
  expect([...listed].sort()).toEqual([...known].sort());
});

const byFile = new Map(Readme.all().map(page => [inRepository(page.path), page]));

test.each(Readme.all())('every file and heading that $path links to exists', ({ links }) => {
  const isThere = ({ pathname, hash }: URL) => {
    const page = byFile.get(decodeURIComponent(pathname));
    return (
      existsSync(pathname) && (hash === '' || page === undefined || page.anchors.includes(hash.slice(1)))
    );
  };
  expect(links.filter(link => !isThere(link)).map(({ pathname, hash }) => pathname + hash)).toEqual([]);
});

const published = Readme.all().filter(({ path }) => {
  const [, name] = /^packages\/(\w+)\//.exec(path) ?? [];
  return name !== undefined && !['bench', 'release', 'testkit'].includes(name);
});

test.each(published)('$path links only to installed files or to the web', ({ path, text }) => {
  const relative = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^\w+:/.test(target));

  expect(
    relative.filter(target => !new URL(target, `file:///${path}`).pathname.startsWith(`/${dirname(path)}/`)),
  ).toEqual([]);
});
