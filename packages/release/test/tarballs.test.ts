import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { beforeAll, describe, expect, test } from 'vitest';
import { installSizes } from '../installSizes.js';
import { publicPackages } from '../publicPackages.js';
import { installInto, type Tarball } from '../tarballs.js';
import { packedTarballs, root, temporaryFolder } from './packed.js';

const run = promisify(execFile);

interface Manifest {
  readonly files: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<
    Record<string, string | Readonly<Record<string, Readonly<Record<string, string>>>>>
  >;
}

const folder = temporaryFolder();
let tarballs: readonly Tarball[];

beforeAll(async () => {
  tarballs = await packedTarballs();
});

describe.each(publicPackages().map(each => each.manifest.name))('%s', name => {
  const unpacked = (path: string) => readFileSync(join(folder, name, 'package', path), 'utf8');
  let files: readonly string[];

  beforeAll(async () => {
    const { path, files: names } = tarballs.find(each => each.name === name)!;
    files = names;
    mkdirSync(join(folder, name), { recursive: true });
    await run('tar', ['-xzf', path, '-C', join(folder, name)]);
  });

  test('ships its code, manifest, pages and licence, and no tests', () => {
    const tops = [...new Set(files.map(path => path.split('/')[0]!))];

    const { files: named } = JSON.parse(unpacked('package.json')) as Manifest;
    const shipped = ['LICENSE', 'package.json', 'CHANGELOG.md', 'README.md', 'dist'];
    expect(tops).toEqual(expect.arrayContaining(shipped));
    expect([...shipped, ...named]).toEqual(expect.arrayContaining(tops.filter(top => !top.endsWith('.md'))));
    expect(files.filter(path => /tsbuildinfo|\btests?\b/.test(path))).toEqual([]);
    expect(unpacked('LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  test('ships one code file and one types file for each entry and format', () => {
    const { exports, bin = {} } = JSON.parse(unpacked('package.json')) as Manifest;
    const targets = Object.values(exports).flatMap(kinds =>
      typeof kinds === 'string' ? [] : Object.values(kinds).flatMap(kind => Object.values(kind)),
    );
    const entries = [...new Set([...targets, ...Object.values(bin)].map(target => normalize(target)))];
    const code = (path: string) => path.endsWith('.js') && !/\/shared-[\w-]+\.js$/.test(path);

    expect(files).toEqual(expect.arrayContaining(entries));
    expect(files.filter(code).sort()).toEqual(entries.filter(code).sort());
  });

  test('ships code to read: modules as they are written, and CommonJS with their names, a line for each statement', () => {
    const code = files.filter(file => file.endsWith('.js') && file.startsWith('dist/'));
    const namesIn = (text: string) => text.match(/^\t*(?:async )?(?:function|class)\*? \w+/gm) ?? [];
    for (const path of code) {
      const text = unpacked(path);
      const lines = text.split('\n');
      const long = lines.filter(line => line.length > 400);
      expect(long.length, path).toBeLessThan(lines.length / 100 + 1);
      if (path.includes('/cjs/')) continue;
      const commonJs = `dist/cjs/${basename(path)}`;
      const names = namesIn(text).map(name => name.trim());
      if (files.includes(commonJs)) {
        expect(namesIn(unpacked(commonJs))).toEqual(expect.arrayContaining(names));
      }
    }
    expect(files.filter(file => file.startsWith('dist/') && file.endsWith('.map'))).toEqual([]);
  });

  test('ships its README, whose links to other pages lead to the repository', () => {
    const { url } = JSON.parse(unpacked('package.json')).repository;
    const web = `${url.replace(/^git\+|\.git$/g, '')}/blob/main/`;
    const pages = files.filter(path => path.endsWith('.md'));
    expect(pages.toSorted()).toEqual(['CHANGELOG.md', 'README.md']);
    for (const page of pages) {
      for (const [, link = ''] of unpacked(page).matchAll(/\]\((?!#)([^)#\s]+)/g)) {
        if (link.startsWith(web)) expect(existsSync(join(root, link.slice(web.length))), link).toBe(true);
        else if (!/^\w+:/.test(link)) expect(files).toContain(normalize(link));
      }
    }
  });

  test('names its folder in the repository', () => {
    const { repository } = JSON.parse(unpacked('package.json'));

    expect(repository.directory).toBe(name.replace('@breaking/', 'packages/'));
  });

  test('has the shared version, and depends on that version of the others', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
    const manifest = JSON.parse(unpacked('package.json'));
    const ours = Object.entries<string>(manifest.dependencies ?? {}).filter(([each]) =>
      each.startsWith('@breaking/'),
    );

    expect(manifest.version).toBe(version);
    expect(ours.map(([, range]) => range)).toEqual(ours.map(() => `^${version}`));
  });

  test('passes publint and attw', async () => {
    const content = readFileSync(tarballs.find(each => each.name === name)!.path);
    const { messages } = await publint({ pack: { tarball: new Uint8Array(content).buffer }, strict: true });
    const analysis = await checkPackage(createPackageFromTarballData(content));

    expect(messages).toEqual([]);
    if (!analysis.types) return expect.fail('It has no types.');
    // Node 10 does not support exports.
    expect(analysis.problems.filter(each => !JSON.stringify(each).includes('"node10"'))).toEqual([]);
  });
});

test('core takes at most 60 files and 400 kB of the disk', () => {
  const files = tarballs.find(each => each.name === '@breaking/core')!.files;
  const sizes = files.map(path => statSync(join(folder, '@breaking/core/package', path)).size);

  expect(files.length).toBeLessThanOrEqual(60);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(400_000);
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
  const installed = join(folder, 'installed');
  mkdirSync(installed);
  await installInto(installed, tarballs, [], ['--legacy-peer-deps']);
  const measured = await installSizes(installed, names);

  expect(said.map(each => each.name).sort()).toEqual(measured.map(each => each.name).sort());
  for (const { name, packages, kilobytes } of said) {
    const truth = measured.find(each => each.name === name)!;
    expect(packages).toBe(truth.packages);
    expect(Math.abs(kilobytes / truth.kilobytes - 1), `${name}: npm run sizes says more`).toBeLessThan(0.25);
  }
});
