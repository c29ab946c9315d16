import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));

/** {express, koa, fastify} → http → core ← redis: which packages of ours each may use. Arrows point down only. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  http: ['core'],
  redis: ['core'],
  metrics: ['core'],
  express: ['http', 'core'],
  koa: ['http', 'core'],
  fastify: ['http', 'core'],
};

/** What each adapter binds; no other package may know of a framework. */
const FRAMEWORKS = ['express', 'koa', 'fastify'];

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(`${PACKAGES}${name}/package.json`, 'utf8')) as Manifest;
}

/** The packages that the users of a package install with it, or must have. */
function installedWith(name: string): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifestOf(name);
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

/** The packages that the sources import, by name: no relative paths, no modules of Node. */
function importedBy(name: string): string[] {
  const names = new Set<string>();
  for (const file of readdirSync(`${PACKAGES}${name}/src`, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(`${PACKAGES}${name}/src/${file}`, 'utf8');
    for (const [, specifier = ''] of source.matchAll(
      /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g,
    )) {
      if (specifier.startsWith('.') || isBuiltin(specifier)) continue;
      names.add(specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  return [...names];
}

const published = readdirSync(PACKAGES).filter(
  name => existsSync(`${PACKAGES}${name}/package.json`) && manifestOf(name).private !== true,
);

describe('the packages', () => {
  test('are called after their folders', () => {
    for (const name of published) expect(manifestOf(name).name).toBe(`@breaking/${name}`);
  });

  test('that are published have a place in the order', () => {
    expect(published.filter(name => BELOW[name] === undefined)).toEqual([]);
    expect(published).toEqual(expect.arrayContaining(['core', 'http', 'express', 'koa', 'fastify']));
  });

  test('core has no dependencies and imports nothing but Node', () => {
    expect(installedWith('core')).toEqual([]);
    expect(importedBy('core')).toEqual([]);
  });

  test.each(published)('%s depends only on what lies below it', name => {
    const allowed = BELOW[name]?.map(below => `@breaking/${below}`) ?? [];
    const ours = (names: string[]) => names.filter(each => each.startsWith('@breaking/'));
    expect(allowed).toEqual(expect.arrayContaining(ours(installedWith(name))));
    expect(allowed).toEqual(expect.arrayContaining(ours(importedBy(name))));
  });

  test.each(published)('%s knows of no framework but its own', name => {
    const others = FRAMEWORKS.filter(framework => framework !== name);
    const known = [...installedWith(name), ...importedBy(name)];
    const foreign = known.filter(each =>
      others.some(other => each === other || each.startsWith(`@types/${other}`)),
    );
    expect(foreign).toEqual([]);
  });

  test.each(published)('%s declares every package that it imports', name => {
    expect([...installedWith(name), `@breaking/${name}`]).toEqual(expect.arrayContaining(importedBy(name)));
  });
});
