import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { publicPackages } from '../publicPackages.js';
import { installInto } from '../tarballs.js';
import { bin, root, temporaryFolder } from './packed.js';

const run = promisify(execFile);
const tarballs = inject('tarballs');
const folder = temporaryFolder();

/** The peers, and what compiling needs, in the ranges that this repository tests with. */
function peers(): string[] {
  const wanted = /^(express|koa|fastify|ioredis|prom-client|@opentelemetry\/api|@types\/(express|koa|node))$/;
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const all: Record<string, string> = Object.assign(
    {},
    devDependencies,
    ...publicPackages().map(each => each.manifest.devDependencies),
  );
  return Object.entries(all)
    .filter(([name]) => wanted.test(name))
    .map(([name, range]) => `${name}@${range}`);
}

beforeAll(async () => {
  cpSync(new URL('consumer', import.meta.url), folder, { recursive: true });
  await installInto(folder, tarballs, peers());
}, 120_000);

describe('all packages together, in an empty folder', { timeout: 60_000 }, () => {
  test('there is one copy of each', () => {
    const names = tarballs.map(each => each.name);
    const nested = names.flatMap(outer => names.map(inner => join(outer, 'node_modules', inner)));

    expect(nested.filter(path => existsSync(join(folder, 'node_modules', path)))).toEqual([]);
  });

  test.each(['import.mjs', 'require.cjs'])('%s limits requests on every framework', async program => {
    const { stdout, stderr } = await run(process.execPath, [program], { cwd: folder });

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      express: [200, 429],
      koa: [200, 429],
      fastify: [200, 429],
      core: [true, false],
      http: 'function',
      redis: 'function',
      metrics: 3,
    });
  });

  test('npx runs the command of plan', async () => {
    const log = join(root, 'examples/replay/data/apache-access.log.gz');
    const { stdout, stderr } = await run('npx', ['@breaking/plan', log], { cwd: folder });

    expect(stderr).toBe('');
    expect(stdout).toContain('Suggested: perMinute(10, { burst: 25 })');
  });

  test.each([
    ['node16', 'types.mts'],
    ['nodenext', 'types.mts'],
    ['nodenext', 'types.cts'],
    ['bundler', 'types.ts'],
  ])('the types hold under moduleResolution %s in %s', async (moduleResolution, file) => {
    mkdirSync(join(folder, moduleResolution), { recursive: true });
    cpSync(join(folder, 'types.mts'), join(folder, moduleResolution, file));
    const module = moduleResolution === 'bundler' ? 'preserve' : moduleResolution;
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      'false',
      '--target',
      'es2022',
      '--types',
      'node',
    ];
    const kind = ['--module', module, '--moduleResolution', moduleResolution];
    const { stdout } = await run(bin('tsc'), [...flags, ...kind, join(moduleResolution, file)], {
      cwd: folder,
    }).catch((error: { stdout: string }) => error);

    const errors = stdout.split('\n').filter(line => line !== '');
    // @types/koa 3.0.3 names a type that its own dependency no longer has.
    expect(errors.filter(line => !line.startsWith('node_modules/@types/koa/'))).toEqual([]);
  });
});
