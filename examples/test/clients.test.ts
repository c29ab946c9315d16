import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { close, listen } from '../servers.js';
import { inRepository, Readme } from './readme.js';

const page = new Readme('packages/core/CLIENTS.md');
const FOLDER = inRepository('examples/build-test/clients/');
let modules = 0;

/** The code of a section as a module, with its upstream at another address. */
function moduleOf<M>(section: string, there: string, here: string): Promise<M> {
  const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(page.section(section)) ?? [];
  expect(code).toContain(there);
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}${section}-${modules++}.ts`;
  // pg's timeout, since a busy machine may take longer for a query.
  writeFileSync(file, code.replace(there, here).replace('query_timeout: 5000', 'query_timeout: 600_000'));
  return import(pathToFileURL(file).href) as Promise<M>;
}

interface Stock {
  stockOf(item: string): Promise<unknown>;
}

/** An upstream that answers with a status, or accepts connections and never answers. */
async function upstream(): Promise<{
  url: string;
  status: number | undefined;
  asked: number;
  server: Server;
}> {
  const state = { url: '', status: 200 as number | undefined, asked: 0, server: createServer() };
  state.server.on('request', (_req, res) => {
    state.asked += 1;
    if (state.status !== undefined) res.writeHead(state.status).end('{"left":3}');
  });
  onTestFinished(() => close(state.server));
  state.url = await listen(state.server);
  return state;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const outcome = (call: Promise<unknown>) =>
  call.then(
    value => value,
    error => (error.code === 'BREAKING_TOO_MANY_ERRORS' ? 'refused' : 'failed'),
  );

async function outcomes(times: number, call: () => Promise<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let i = 0; i < times; i++) all.push(await outcome(call()));
  return all;
}

describe.each(['fetch', 'undici', 'axios'])('the breaker around %s', client => {
  const stock = (url: string) => moduleOf<Stock>(client, 'https://stock.example', url);
  /** The page's timeouts of 5 s, which do not end by themselves, however busy the machine is. */
  const timeouts: AbortController[] = [];

  beforeEach(() => {
    timeouts.length = 0;
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(ms => {
      expect(ms).toBe(5000);
      const timeout = new AbortController();
      timeouts.push(timeout);
      return timeout.signal;
    });
  });
  afterEach(() => void vi.restoreAllMocks());

  test('passes responses on, and stays closed on 404s', async () => {
    const there = await upstream();
    const { stockOf } = await stock(there.url);
    expect(await stockOf('pen')).toEqual({ left: 3 });
    there.status = 404;
    expect(await outcomes(20, () => stockOf('no such item'))).toEqual(Array(20).fill('failed'));
    there.status = 200;
    expect(await stockOf('pen')).toEqual({ left: 3 });
  });

  test('opens after five 503s', async () => {
    const there = await upstream();
    const { stockOf } = await stock(there.url);
    there.status = 503;
    expect(await outcomes(7, () => stockOf('pen'))).toEqual([
      ...Array(5).fill('failed'),
      'refused',
      'refused',
    ]);
    expect(there.asked).toBe(5);
  });

  test('opens when the connection is refused', async () => {
    const { stockOf } = await stock(`http://127.0.0.1:${await closedPort()}`);
    expect(await outcomes(6, () => stockOf('pen'))).toEqual([...Array(5).fill('failed'), 'refused']);
  });

  test('opens on an upstream that accepts and never answers', async () => {
    const there = await upstream();
    const { stockOf } = await stock(there.url);
    there.status = undefined;
    for (let i = 0; i < 5; i++) {
      const heard = once(there.server, 'request');
      const call = outcome(stockOf('pen'));
      await heard;
      timeouts[i]?.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      expect(await call).toBe('failed');
    }
    expect(await outcome(stockOf('pen'))).toBe('refused');
  });
});

describe('the breaker around pg', () => {
  interface Database {
    query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
    end(): Promise<void>;
  }
  const database = (port: number | string) =>
    moduleOf<Database>(
      'pg',
      'postgres://app@db.example/shop',
      `postgres://postgres@127.0.0.1:${port}/postgres`,
    );
  let db: PGlite;

  beforeAll(async () => {
    // Postgres runs here for a moment, so it is compiled quickly, not well.
    setFlagsFromString('--liftoff-only');
    db = await PGlite.create();
  });

  afterAll(() => db.close());

  test('stays closed for wrong queries and broken constraints', async () => {
    const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 10 });
    await server.start();
    const { query, end } = await database(server.getServerConn().split(':').at(-1) ?? '');
    await query('create temporary table items (name text primary key)');
    await query('insert into items values ($1)', ['pen']);
    const wrong = [
      "insert into items values ('pen')",
      'select * from no_such_table',
      'selct 1',
      'select 1 / 0',
    ];
    for (let i = 0; i < 5; i++) {
      for (const text of wrong) expect(await outcome(query(text))).toBe('failed');
    }
    expect((await query('select name from items')).rows).toEqual([{ name: 'pen' }]);
    await end();
    await server.stop();
  });

  test('opens when the database is down', async () => {
    const { query, end } = await database(await closedPort());
    expect(await outcomes(6, () => query('select 1'))).toEqual([...Array(5).fill('failed'), 'refused']);
    await end();
  });
});
