import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { installSizes } from '../installSizes.js';
import { publicPackages } from '../publicPackages.js';
import { installInto, type Tarball } from '../tarballs.js';
import { bin, packedTarballs, root, temporaryFolder } from './packed.js';

const run = promisify(execFile);
const folder = temporaryFolder();
let tarballs: readonly Tarball[];

/** The peers, and the packages that compiling requires, in the ranges with which this repository tests. */
function peers(): string[] {
  const wanted =
    /^(express|koa|fastify|hono|ioredis|prom-client|@opentelemetry\/api|@types\/(express|koa|node))$/;
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
  tarballs = await packedTarballs();
  await installInto(folder, tarballs, peers());
});

describe('all packages installed together', () => {
  test('there is one copy of each package', () => {
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
      web: [200, 429],
      hono: [200, 429],
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

  // The matrix compiles the same in each module format, with three compilers.
  test('the types hold for ES modules and for CommonJS', async () => {
    cpSync(join(folder, 'types.mts'), join(folder, 'types.cts'));
    const flags = '--noEmit --strict --skipLibCheck false --target es2022 --types node --module nodenext';
    const { stdout } = await run(bin('tsc'), [...flags.split(' '), 'types.mts', 'types.cts'], {
      cwd: folder,
    }).catch((error: { stdout: string }) => error);

    const errors = stdout.split('\n').filter(line => line !== '');
    // @types/koa 3.0.3 uses a type that its own dependency no longer has.
    expect(errors.filter(line => !line.startsWith('node_modules/@types/koa/'))).toEqual([]);
  });
});

test('RESULTS.md shows how many packages each install adds, and their size on disk', async () => {
  const page = readFileSync(join(root, 'packages/bench/RESULTS.md'), 'utf8');
  const said = [...page.matchAll(/^\| (@breaking\/\w+) \| (\d+) \| (\d+) kB \|$/gm)].map(
    ([, name = '', packages, kilobytes]) => ({
      name,
      packages: Number(packages),
      kilobytes: Number(kilobytes),
    }),
  );
  const names = tarballs.map(each => each.name);
  const measured = await installSizes(folder, names);

  expect(said.map(each => each.name).sort()).toEqual(measured.map(each => each.name).sort());
  for (const { name, packages, kilobytes } of said) {
    const truth = measured.find(each => each.name === name)!;
    expect(packages).toBe(truth.packages);
    expect(Math.abs(kilobytes / truth.kilobytes - 1), `${name}: npm run sizes says more`).toBeLessThan(0.25);
  }
});
