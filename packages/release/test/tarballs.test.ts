import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installSizes } from '../installSizes.js';
import { publicPackages } from '../publicPackages.js';
import { installInto, packInto, type Tarball } from '../tarballs.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const published = publicPackages();

const temporary = mkdtempSync(join(tmpdir(), 'breaking-release-'));
const consumer = join(temporary, 'consumer');
let tarballs: readonly Tarball[] = [];

/** The peers, and what compiling needs, in the ranges that the packages test with. */
function peers(): string[] {
  const wanted = /^(express|koa|fastify|ioredis|@types\/(express|koa|node))$/;
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const all = Object.assign({}, own.devDependencies, ...published.map(each => each.manifest.devDependencies));
  return Object.keys(all)
    .filter(name => wanted.test(name))
    .map(name => `${name}@${all[name]}`);
}

beforeAll(async () => {
  cpSync(new URL('consumer', import.meta.url), consumer, { recursive: true });
  tarballs = await packInto(temporary);
  await installInto(consumer, tarballs, peers());
}, 120_000);

afterAll(() => rmSync(temporary, { recursive: true }));

describe.each(published.map(each => each.manifest.name))('%s', name => {
  const tarball = () => tarballs.find(each => each.name === name)!;
  const installed = () => join(consumer, 'node_modules', name);

  test('ships its code, its manifest, its prose and its licence, no tests', () => {
    const tops = new Set(tarball().files.map(path => path.split('/')[0]));
    const prose = [...tops].filter(top => top?.endsWith('.md'));

    expect(prose).toEqual(expect.arrayContaining(['CHANGELOG.md', 'README.md']));
    expect(new Set([...tops].filter(top => !top?.endsWith('.md')))).toEqual(
      new Set(['LICENSE', 'dist', 'package.json', 'src']),
    );
    expect(tarball().files.filter(path => /tsbuildinfo|\btest\b/.test(path))).toEqual([]);
    expect(readFileSync(join(installed(), 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(root, 'LICENSE'), 'utf8'),
    );
  });

  test('ships the sources that its maps point to, and a map for each file that it was compiled to', () => {
    const compiled = tarball().files.filter(path => /^dist\/.*\.(js|d\.ts)$/.test(path));
    expect(compiled.length).toBeGreaterThan(0);
    for (const path of compiled) {
      const map = JSON.parse(readFileSync(join(installed(), `${path}.map`), 'utf8'));
      for (const source of map.sources) {
        expect(tarball().files).toContain(normalize(join(dirname(path), source)));
      }
    }
  });

  test('ships the pages that its pages link to', () => {
    for (const page of tarball().files.filter(path => path.endsWith('.md'))) {
      const text = readFileSync(join(installed(), page), 'utf8');
      for (const [, link = ''] of text.matchAll(/\]\((?!\w+:|#|\.\.\/)([^)#\s]+)/g)) {
        expect(tarball().files).toContain(normalize(link));
      }
    }
  });

  test('depends on versions, not on a workspace', () => {
    const { dependencies = {}, version } = JSON.parse(
      readFileSync(join(installed(), 'package.json'), 'utf8'),
    );
    for (const [dependency, range] of Object.entries(dependencies)) {
      expect(range).toMatch(dependency.startsWith('@breaking/') ? `^${version}` : /^\^\d/);
    }
  });

  test('has nothing for publint or attw to say', { timeout: 60_000 }, async () => {
    const { path } = tarball();
    const [publint, attw] = await Promise.all([
      run(bin('publint'), ['--strict', path]),
      run(bin('attw'), [path, '--profile', 'esm-only', '--format', 'ascii', '--no-definitely-typed']),
    ]);

    expect(publint.stdout).toContain('All good!');
    expect(attw.stdout).toContain('(ESM)');
  });
});

describe('installed into an empty folder', { timeout: 60_000 }, () => {
  test('there is one copy of each', () => {
    for (const { manifest } of published) {
      const nested = published.map(each => join(each.manifest.name, 'node_modules', manifest.name));
      expect(nested.filter(path => existsSync(join(consumer, 'node_modules', path)))).toEqual([]);
    }
  });

  test.each(['import.mjs', 'require.cjs'])('%s limits requests on every framework', async program => {
    const { stdout, stderr } = await run(process.execPath, [program], { cwd: consumer });

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      express: [200, 429],
      koa: [200, 429],
      fastify: [200, 429],
      core: [true, false],
      http: 'function',
      redis: 'function',
    });
  });

  test.each([
    ['node16', 'types.mts'],
    ['nodenext', 'types.mts'],
    ['nodenext', 'types.cts'],
    ['bundler', 'types.ts'],
  ])('the types hold under moduleResolution %s in %s', async (moduleResolution, file) => {
    const folder = join(consumer, moduleResolution);
    mkdirSync(folder, { recursive: true });
    cpSync(join(consumer, 'types.mts'), join(folder, file));
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
    const { stdout } = await run(
      bin('tsc'),
      [...flags, '--module', module, '--moduleResolution', moduleResolution, join(moduleResolution, file)],
      { cwd: consumer },
    ).catch((error: { stdout: string }) => error);

    // @types/koa 3.0.3 names a type that its own dependency no longer has.
    expect(stdout.split('\n').filter(line => line !== '' && !line.includes('node_modules/@types/'))).toEqual(
      [],
    );
  });
});

test('the README says how many packages each installs, and how much of the disk they take', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const said = [...readme.matchAll(/^\| \[(@breaking\/\w+)\].* \| (\d+), (\d+) kB \|$/gm)].map(
    ([, name, packages, kilobytes]) => [name, { packages: Number(packages), kilobytes: Number(kilobytes) }],
  );
  const sizes = Object.fromEntries(said);
  const measured = await installSizes(temporary, tarballs);

  expect(Object.keys(sizes).sort()).toEqual(measured.map(each => each.name).sort());
  for (const { name, packages, kilobytes } of measured) {
    expect(sizes[name].packages).toBe(packages);
    expect(Math.abs(sizes[name].kilobytes / kilobytes - 1)).toBeLessThan(0.1);
  }
}, 60_000);
