import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { emptyServer, type SharedServer } from '../../../packages/redis/test/server/sharedServer.js';
import { inRepository } from '../../test/readme.js';
import { run } from '../../test/run.js';

let redis: SharedServer;
let client: Redis;
beforeAll(async () => {
  redis = await emptyServer();
  client = new Redis(redis.url);
  await once(client, 'ready');
});
beforeEach(reset);
afterAll(() => client.disconnect());

/** Five requests, whose tokens do not return during a test. */
async function reset(): Promise<void> {
  // At once, so that no service sees the moment between the two.
  await client.multi().flushall().hset('limits', 'api', '{"capacityMax":5,"restoreRateHz":0.0001}').exec();
}

// A long deadline, so that a busy machine does not count as an outage.
const env = () => ({ REDIS_URL: redis.url, ADMIN_TOKEN: 'secret', STORE_DEADLINE_SECS: '30' });
const read = (file: string) => readFileSync(inRepository(`examples/control/${file}`), 'utf8');

/** Runs `node limits.js`. */
async function command(...args: string[]): Promise<string> {
  const options = { cwd: inRepository('examples/control'), env: { ...process.env, ...env() } };
  const { stdout } = await promisify(execFile)(process.execPath, ['limits.js', ...args], options);
  return stdout.trim();
}

test('README.md shows the operations of control.js', () => {
  const [, operations = ''] = /(export const operations = \{\n.*?\n\};\n)/s.exec(read('control.js')) ?? [];
  expect(operations).not.toBe('');
  expect(read('README.md')).toContain(operations);
});

describe.each(['express.js', 'koa.js', 'fastify.js'])('an admin, on %s', file => {
  async function served(atEnd?: (kill: () => void) => void) {
    const url = await run(read(file), 'examples/control', env(), atEnd);
    const items = () => fetch(`${url}/items`, { headers: { 'X-API-Key': 'key-of-ada' } });
    const post = (path: string, asked: object, authorization?: string) =>
      fetch(`${url}/admin/limits/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify(asked),
      });
    const admin = async (operation: string, asked: object, limit = 'api') => {
      const answer = await post(`${limit}/${operation}`, asked, 'Bearer secret');
      return { status: answer.status, body: await answer.json() };
    };
    return { items, post, admin };
  }

  // One server for all tests. Its limits change in the last one.
  let here: Awaited<ReturnType<typeof served>>;
  let kill = () => {};
  beforeAll(async () => {
    await reset();
    here = await served(end => {
      kill = end;
    });
  });
  afterAll(() => kill());

  test('looks at a key, resets it and blocks it for an hour', async () => {
    const { items, admin } = here;
    for (let left = 5; left > 0; left--) expect((await items()).status).toBe(200);
    expect((await items()).status).toBe(429);
    const { body } = await admin('look', { key: 'ada' });
    expect(body).toMatchObject({ allowed: false, blocked: false, limits: [{ name: 'api', tokensLeft: 0 }] });
    expect(await admin('reset', { key: 'ada' })).toEqual({ status: 200, body: 'done' });
    expect((await items()).status).toBe(200);
    const startMs = performance.now();
    expect(await admin('block', { key: 'ada' })).toEqual({ status: 200, body: 'done' });
    const blocked = await items();
    const left = Number(blocked.headers.get('Retry-After'));
    expect(blocked.status).toBe(429);
    expect(left).toBeLessThanOrEqual(3600);
    expect(left).toBeGreaterThanOrEqual(3600 - Math.ceil((performance.now() - startMs) / 1000));
    await admin('block', { key: 'ada', secs: 0 });
    expect((await items()).status).toBe(200);
  });

  test('gets an error for a wrong request, which changes nothing', async () => {
    const { items, admin } = here;
    for (const [operation, asked, fault] of [
      ['change', { limits: { capacityMax: -1, restoreRateHz: 1 } }, 'capacityMax must be a whole number'],
      ['change', {}, 'limits must be'],
      ['block', { key: 'ada', secs: -5 }, 'secs must be >= 0'],
      ['look', {}, 'key must be a string'],
    ] as const) {
      const { status, body } = await admin(operation, asked);
      expect([status, body]).toEqual([400, expect.stringContaining(fault)]);
    }
    expect((await admin('constructor', { key: 'ada' })).status).toBe(404);
    expect((await admin('look', { key: 'ada' }, 'none')).status).toBe(404);
    expect((await items()).headers.get('RateLimit-Policy')).toBe('"api";q=5;w=50000');
  });

  test('must send the token', async () => {
    const { items, post } = here;
    for (const authorization of [undefined, 'Bearer guessed', 'secret', 'Bearer ']) {
      const answer = await post('api/block', { key: 'ada' }, authorization);
      expect([answer.status, answer.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer']);
    }
    expect((await items()).status).toBe(200);
  });

  test('must set a token before the service starts', async () => {
    const started = run(read(file), 'examples/control', { ...env(), ADMIN_TOKEN: '' });
    await expect(started).rejects.toThrow('ADMIN_TOKEN must be set');
  });

  test('changes a limit on all servers, including those that start later', async () => {
    await client.del('limits');
    const there = await served();
    const limits = { capacityMax: 50, restoreRateHz: 1 };
    const policy = async ({ items }: Awaited<ReturnType<typeof served>>) =>
      (await items()).headers.get('RateLimit-Policy');
    expect(await policy(there)).toBe('"api";q=5;w=60');
    expect(await here.admin('change', { limits })).toEqual({ status: 200, body: 'done' });
    expect(await policy(here)).toBe('"api";q=50;w=50');
    expect(await policy(await served())).toBe('"api";q=50;w=50');
    await expect.poll(() => policy(there), { timeout: 600_000, interval: 100 }).toBe('"api";q=50;w=50');
  });
});

test('the command does the same as the routes', async () => {
  const url = await run(read('express.js'), 'examples/control', env());
  const items = () => fetch(`${url}/items`, { headers: { 'X-API-Key': 'key-of-ada' } });
  await items();
  expect(await command('look', 'api', 'ada')).toContain('tokensLeft: 4');
  expect(await command('block', 'api', 'ada')).toBe('done');
  expect(await command('look', 'api', 'ada')).toContain('blocked: true');
  expect((await items()).status).toBe(429);
  expect(await command('reset', 'api', 'ada')).toBe('done');
  expect(await command('look', 'api', 'ada')).toContain('tokensLeft: 5');
  await command('change', 'api', '{"capacityMax":9,"restoreRateHz":1}');
  expect(await command('look', 'api', 'ada')).toContain('capacityMax: 9');
  await expect(command('lock', 'api', 'ada')).rejects.toThrow(
    'OPERATION must be one of look,reset,block,change',
  );
  await expect(command('change', 'api', '{"capacityMax":0,"restoreRateHz":1}')).rejects.toThrow('RangeError');
  expect(await client.hget('limits', 'api')).toBe('{"capacityMax":9,"restoreRateHz":1}');
});
