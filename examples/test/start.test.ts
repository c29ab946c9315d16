import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const START = fileURLToPath(new URL('../start.js', import.meta.url));

interface Told {
  readonly rateLimits: readonly { readonly name: string; readonly totals?: { readonly allowed: number } }[];
}

/** Reads the events of a server's live page, one by one, until the end of the test. */
async function eventsOf(url: string): Promise<() => Promise<Told>> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const { body } = await fetch(`${url}/breaking/events`, { signal: leaving.signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async () => {
    for (;;) {
      while (!text.includes('\n\n')) text += (await reader.read()).value ?? '';
      const [event = '', ...rest] = text.split('\n\n');
      text = rest.join('\n\n');
      if (event.startsWith('data: ')) return JSON.parse(event.slice('data: '.length));
    }
  };
}

describe('npm start', () => {
  let running: Started;
  let kill = () => {};
  beforeAll(async () => {
    running = await started({ PORT: '0' }, end => {
      kill = end;
    });
  });
  afterAll(() => kill());

  test('prints the URLs of all three frameworks, then what to try, and last how to stop', async () => {
    const { printed } = running;

    expect(printed).toMatch(/^ {2}Express {2}http:\S+\n {2}Koa {6}http:\S+\n {2}Fastify {2}http:\S+$/m);
    expect(printed.trimEnd().split('\n').at(-1)).toBe('Stop the servers with Ctrl-C.');
  });

  test('every framework answers', async () => {
    const { urls } = running;
    const hellos = await Promise.all(urls.map(async url => (await fetch(url)).json()));

    expect(hellos).toEqual(['Express', 'Koa', 'Fastify'].map(name => ({ hello: `from ${name}` })));
  });

  test('the suggested commands show a 200, a 429, a 503 and the headers', async () => {
    const { printed } = running;
    const commands = [...printed.matchAll(/^ {2}curl -i "?(http:[^"\s]+)"?$/gm)].map(([, url = '']) => url);

    const answers = await Promise.all(commands.map(asked));
    expect(answers.map(each => each.status)).toEqual([200, 429, 429, 503]);
    for (const { headers } of answers) {
      expect(headers.has('RateLimit-Policy')).toBe(true);
      expect(headers.has('RateLimit')).toBe(true);
    }
  });

  test('its first lines link to a live page, which every framework has', async () => {
    const { printed, urls } = running;
    const [link = ''] = /http:\S+\/breaking/.exec(printed) ?? [];
    expect(link).toBe(`${urls[0]}/breaking`);
    expect(printed.indexOf(link)).toBeLessThan(printed.indexOf('curl'));

    const pages = await Promise.all(urls.map(url => fetch(`${url}/breaking`)));
    for (const page of pages) {
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<script type="module" src="page.js">');
      expect(page.headers.has('RateLimit')).toBe(false);
    }
  });

  test('each page shows and counts only the limits of its own framework', async () => {
    const { urls } = await started({ PORT: '0' });
    const tell = await Promise.all(urls.map(eventsOf));
    await fetch(String(urls[1]));
    const allowed = async (i: number) => {
      const { rateLimits } = await tell[i]!();
      return rateLimits.map(({ name, totals }) => [name, totals?.allowed ?? 0]);
    };
    let koa = await allowed(1);
    while (koa[0]?.[1] === 0) koa = await allowed(1);

    expect(koa).toContainEqual(['koa-api', 1]);
    for (const [i, name] of [[0, 'express-api'] as const, [2, 'fastify-api'] as const]) {
      await allowed(i);
      expect(await allowed(i)).toContainEqual([name, 0]);
    }
  });

  test('PORT moves the first server, and the others follow', async () => {
    const port = await threeFreePorts();
    const { urls } = await started({ PORT: String(port) });

    expect(urls).toEqual([0, 1, 2].map(i => `http://127.0.0.1:${port + i}`));
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it with exit code 0', async signal => {
    const { child, urls } = await started({ PORT: '0' });
    // An open connection does not delay it.
    await fetch(String(urls[0]));

    child.kill(signal);
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test.each([
    ['Express', 0],
    ['Koa', 1],
    ['Fastify', 2],
  ])('a taken port of %s is an error that names PORT', async (name, i) => {
    const port = await threeFreePorts();
    await listening(port + i);
    const { code, errors } = await ended({ PORT: String(port) });

    expect(code).toBe(1);
    expect(errors.trim()).toBe(
      `${name} cannot be served: port ${port + i} is taken. The variable PORT chooses other ports: PORT=4000 npm start`,
    );
  });

  test.each(['http', '-1', '65534', '3000.5'])('PORT=%s is refused', async PORT => {
    const { code, errors } = await ended({ PORT });

    expect(code).toBe(1);
    expect(errors.trim()).toBe(`The variable PORT must be a whole number from 0 to 65533, got "${PORT}".`);
  });
});

/**
 * The last response to a URL in which curl counts from 1 to the number in brackets. On a slow machine a token may return meanwhile:
 * then it goes on until one is refused.
 */
async function asked(url: string): Promise<Response> {
  const last = Number(/\[1-(\d)\]$/.exec(url)?.[1] ?? 1);
  for (let i = 1; ; i++) {
    const answer = await fetch(url.replace(/\[.+\]/, String(i)));
    if (i >= last && (last === 1 || !answer.ok)) return answer;
    await answer.arrayBuffer();
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly printed: string;
  readonly urls: readonly string[];
}

/** The process is killed at the end of the test or of the suite. */
function run(env: { readonly PORT: string }, atEnd: (kill: () => void) => void): ChildProcess {
  const child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  atEnd(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs until it prints how to stop it. */
async function started(
  env: { readonly PORT: string },
  atEnd: (kill: () => void) => void = onTestFinished,
): Promise<Started> {
  const child = run(env, atEnd);
  let printed = '';
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    if (printed.includes('Ctrl-C')) break;
  }
  const urls = [...printed.matchAll(/^ {2}\w+ +(http:\S+)$/gm)].map(([, url = '']) => url);
  return { child, printed, urls };
}

/** Runs to its end. */
async function ended(env: { readonly PORT: string }): Promise<{ code: number; errors: string }> {
  const child = run(env, onTestFinished);
  let errors = '';
  child.stderr!.on('data', chunk => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, errors };
}

/** The first of three consecutive free ports, below those that systems assign automatically. */
async function threeFreePorts(): Promise<number> {
  for (let port = 20_000; port < 30_000; port += 3) {
    const probes = await Promise.allSettled([port, port + 1, port + 2].map(listening));
    for (const probe of probes) if (probe.status === 'fulfilled') probe.value.close();
    if (probes.every(({ status }) => status === 'fulfilled')) return port;
  }
  throw new Error('No three ports in a row are free');
}

async function listening(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return server;
}
