import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { TSC } from '@breaking/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownServer } from '../../packages/redis/test/server/redisServer.js';
import { emptyServer, type SharedServer } from '../../packages/redis/test/server/sharedServer.js';
import { inRepository, Readme } from './readme.js';
import { run, STILL } from './run.js';

/** The folder in which the package and NestJS are found. */
const PACKAGE = 'packages/nest';
const FOLDER = inRepository(`${PACKAGE}/build-test/pages/`);

/** The TypeScript programs of pages with decorators, compiled as Nest compiles programs, in one run of the compiler. */
function compiled(pages: readonly string[]): readonly (readonly string[])[] {
  rmSync(FOLDER, { recursive: true, force: true });
  const all = pages.map(page =>
    new Readme(page).codeBlocks.filter(({ language }) => language === 'typescript'),
  );
  for (const [page, programs] of all.entries()) {
    mkdirSync(join(FOLDER, `${page}`), { recursive: true });
    for (const [i, { code }] of programs.entries()) writeFileSync(join(FOLDER, `${page}`, `${i}.ts`), code);
  }
  const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };
  const loose = {
    composite: false,
    noEmitOnError: false,
    moduleDetection: 'force',
    verbatimModuleSyntax: false,
  };
  const compilerOptions = { ...decorators, ...loose, rootDir: '.', outDir: 'out' };
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({ extends: inRepository('tsconfig.base.json'), compilerOptions, include: ['*/*.ts'] }),
  );
  const tsc = [TSC, '-p', FOLDER, '--checkers', '1', '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, tsc, { encoding: 'utf8', cwd: FOLDER });
  expect(stdout).toBe('');
  return all.map((programs, page) =>
    programs.map((_, i) => readFileSync(join(FOLDER, 'out', `${page}`, `${i}.js`), 'utf8')),
  );
}

const [readme, recipe, migrating] = compiled([
  `${PACKAGE}/README.md`,
  'examples/nestjs/README.md',
  `${PACKAGE}/MIGRATING.md`,
]);

async function statuses(url: string, ...requests: readonly string[]): Promise<readonly number[]> {
  const seen: number[] = [];
  for (const request of requests) {
    const [path = '', method = 'GET'] = request.split(' ').reverse();
    seen.push((await fetch(url + path, { method })).status);
  }
  return seen;
}

describe("nest's README", () => {
  const [limit, breaker, shared, filter] = readme as [string, string, string, string];

  test('limits as the README describes', async () => {
    const url = await run(limit, PACKAGE, STILL);
    const answer = await fetch(url);
    expect(answer.headers.get('RateLimit')).toContain('"burst";r=19;t=2');
    expect(await answer.json()).toEqual({ tokensLeft: [19, 999] });
    const body = JSON.stringify({ email: 'ada@example.org' });
    const headers = { 'Content-Type': 'application/json' };
    const logIn = async () => (await fetch(`${url}/login`, { method: 'POST', headers, body })).status;
    for (let i = 0; i < 5; i++) expect(await logIn()).toBe(201);
    expect(await logIn()).toBe(429);
    expect((await fetch(`${url}/health`)).headers.has('RateLimit')).toBe(false);
  });

  test('opens breakers as the README describes', async () => {
    const url = await run(breaker, PACKAGE, STILL);
    expect(await statuses(url, '/pay', '/pay', '/pay', '/stock', '/stock')).toEqual([
      502, 502, 503, 502, 502,
    ]);
    expect(await statuses(url, ...Array(6).fill('/health'))).toEqual(Array(6).fill(502));
  });

  test('shares buckets in Redis, and resets a user for an operator', async () => {
    const redis = await emptyServer();
    // A long deadline, so that a busy machine does not count as an outage.
    const patient = shared.replace(
      '...perMinute(100), store }',
      '...perMinute(100), store, storeDeadlineSecs: 60 }',
    );
    expect(patient).not.toBe(shared);
    // No token returns during the test.
    const slow = patient.replace('...perMinute(5)', 'capacityMax: 5, restoreRateHz: 1e-4');
    expect(slow).not.toBe(patient);
    const url = await run(slow, PACKAGE, { REDIS_URL: redis.url, ADMIN_TOKEN: 'secret' });
    const report = async () => (await fetch(`${url}/report`, { headers: { 'X-User': 'ada' } })).status;
    for (let i = 0; i < 5; i++) expect(await report()).toBe(200);
    expect(await report()).toBe(429);
    expect(await statuses(url, 'DELETE /report/ada')).toEqual([403]);
    expect(await report()).toBe(429);
    const headers = { Authorization: 'Bearer secret' };
    expect((await fetch(`${url}/report/ada`, { method: 'DELETE', headers })).status).toBe(200);
    expect(await report()).toBe(200);
  });

  test('answers refusals with a custom filter', async () => {
    const url = await run(filter, PACKAGE, STILL);
    await fetch(url);
    const answer = await fetch(url);
    expect([answer.status, await answer.json()]).toEqual([429, { error: 'Too Many Requests' }]);
    expect(answer.headers.get('Retry-After')).toBe('60');
  });
});

test('the recipe limits and breaks as its page describes', async () => {
  const [service] = recipe as [string];
  const url = await run(service, PACKAGE, STILL);
  expect(await statuses(url, ...Array(6).fill('POST /login'))).toEqual([...Array(5).fill(201), 429]);
  expect(await statuses(url, '/pay', '/pay', '/pay')).toEqual([500, 500, 503]);
});

describe('moving from @nestjs/throttler', () => {
  const [before, after] = migrating as [string, string];

  test('the page names the version that the test runs', () => {
    const { devDependencies } = JSON.parse(readFileSync(inRepository(`${PACKAGE}/package.json`), 'utf8'));
    const text = new Readme(`${PACKAGE}/MIGRATING.md`).text.replace(/\s+/g, ' ');
    expect(text).toContain(`\`@nestjs/throttler\` ${devDependencies['@nestjs/throttler']}`);
  });

  test('the same requests are refused', async () => {
    const asked = async (code: string) => {
      const url = await run(code, PACKAGE, STILL);
      const logIn = async (user: string) =>
        (await fetch(`${url}/login`, { method: 'POST', headers: { 'X-User': user } })).status;
      const logIns: number[] = [];
      for (const user of ['ada', 'ada', 'ada', 'bob']) logIns.push(await logIn(user));
      return [...logIns, ...(await statuses(url, ...Array(6).fill('/'), ...Array(7).fill('/health')))];
    };
    const each = [201, 201, 429, 201, ...Array(5).fill(200), 429, ...Array(7).fill(200)];
    expect([await asked(before), await asked(after)]).toEqual([each, each]);
  });

  /** The application after the move, on Redis, with a limit of 5 whose tokens do not return during a test. */
  const onRedis = (redis: SharedServer, settings = '') => {
    const store = `new RedisBucketStore({ client: new Redis('${redis.url}') })`;
    const code = after
      .replace('perMinute(5)', `{ name: 'api', ...perDay(5), store: ${store}, ${settings} }`)
      .replace('perMinute,', 'perDay, perMinute,');
    return run(
      `import { RedisBucketStore } from '@breaking/redis';\nimport { Redis } from 'ioredis';\n${code}`,
      PACKAGE,
    );
  };

  test('of 1,000 requests at the same time to two servers on one Redis, 5 are let through a limit of 5', async () => {
    const redis = await emptyServer();
    // However busy the machine is, Redis decides each request.
    const patient = 'storeDeadlineSecs: 60';
    const servers = [await onRedis(redis, patient), await onRedis(redis, patient)];
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const statusOf = (url: string) =>
      new Promise<number>((resolve, reject) => {
        get(url, { agent }, answer => {
          answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
        }).on('error', reject);
      });
    const seen = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => statusOf(servers[i % 2] as string)),
    );
    expect(seen.filter(status => status === 200)).toHaveLength(5);
    expect(seen.filter(status => status === 429)).toHaveLength(995);
  });

  test('with Redis killed, answers come within 200 ms of those of a handler without a limit', async () => {
    const redis = await ownServer();
    const url = await onRedis(redis);
    await fetch(url);
    await redis.kill();
    const waitedMs: number[] = [];
    for (let i = 0; i < 4; i++) {
      const begunAt = performance.now();
      const [limited, free] = await Promise.all(
        [url, `${url}/health`].map(async each => {
          const { status } = await fetch(each);
          return { status, ms: performance.now() - begunAt };
        }),
      );
      expect([limited?.status, free?.status]).toEqual([200, 200]);
      waitedMs.push((limited?.ms ?? Infinity) - (free?.ms ?? 0));
    }
    // Each of the four waits for the store. Both handlers run on the same busy machine, which delays sometimes one and
    // sometimes the other.
    expect(Math.min(...waitedMs)).toBeLessThan(200);
  });
});
