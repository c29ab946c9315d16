import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url));

/** The packages of ours that each package may use. Dependencies point down only. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  http: ['core'],
  redis: ['core'],
  express: ['http', 'core'],
  koa: ['http', 'core'],
  fastify: ['http', 'core'],
  web: ['http', 'core'],
  hono: ['web', 'http', 'core'],
  nest: ['express', 'fastify', 'http', 'core'],
  fetch: ['core'],
  metrics: ['core'],
  dashboard: ['core'],
  plan: ['core'],
};

/**
 * The layers of a package's sources, the top one first, and the parts of each: a folder, one file, or '.' for all other
 * files outside of folders. Files may import from their own layer and from layers below it.
 */
const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  core: [['.'], ['limiter'], ['store'], ['concurrency'], ['breaker'], ['bucket'], ['base']],
  // `binding.ts` contains only types: what a framework must provide. `callback.ts` calls the callbacks of options. Code
  // that uses Node's own requests and responses is in `node`.
  http: [['.'], ['node'], ['clientKey', 'headers', 'request', 'binding.ts', 'callback.ts']],
  plan: [['.'], ['cli'], ['page'], ['report'], ['replay', 'log'], ['frontier']],
};

/** The framework of each adapter. No other package may depend on a framework. */
const FRAMEWORKS: Readonly<Record<string, readonly string[]>> = {
  express: ['express'],
  koa: ['koa'],
  fastify: ['fastify'],
  hono: ['hono'],
  nest: ['@nestjs/common', '@nestjs/core'],
};

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

/** The packages that users of a package install with it or must have. */
function installedWith(name: string): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifestOf(name);
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

/** The source files of a package, as paths below `src`. */
function sourcesOf(name: string): string[] {
  const files = readdirSync(`${PACKAGES}${name}/src`, { recursive: true, encoding: 'utf8' });
  return files.filter(file => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
}

/** The specifiers that a source file imports, including those of types. */
function specifiersIn(name: string, file: string): string[] {
  const source = readFileSync(`${PACKAGES}${name}/src/${file}`, 'utf8');
  const imports =
    /^(?:import|export)\s(?:[^'"=;()]*\sfrom\s)?\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm;
  return [...source.matchAll(imports)].map(([, declared, called]) => (declared ?? called) as string);
}

/** The packages that the sources import, by name, without relative paths and modules of Node. */
function importedBy(name: string): string[] {
  const specifiers = sourcesOf(name).flatMap(file => specifiersIn(name, file));
  const packages = specifiers.filter(specifier => !specifier.startsWith('.') && !isBuiltin(specifier));
  return [...new Set(packages.map(each => each.split('/', each.startsWith('@') ? 2 : 1).join('/')))];
}

/** The files of its package that each file imports. */
function filesImportedIn(name: string): Map<string, string[]> {
  const sources = new Set(sourcesOf(name));
  const importedIn = (file: string) =>
    specifiersIn(name, file)
      .filter(specifier => specifier.startsWith('.'))
      .map(specifier => join(dirname(file), specifier).replace(/\.jsx?$/, ''))
      .map(path => [`${path}.ts`, `${path}.tsx`].find(candidate => sources.has(candidate)))
      .filter(path => path !== undefined);
  return new Map([...sources].map(file => [file, importedIn(file)]));
}

/** A circular import, as a list of files that begins and ends with the same file, if there is one. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const search = (path: readonly string[]): readonly string[] | undefined => {
    const file = path.at(-1) as string;
    const begin = path.indexOf(file);
    if (begin < path.length - 1) return path.slice(begin);
    if (done.has(file)) return undefined;
    for (const imported of imports.get(file) ?? []) {
      const circle = search([...path, imported]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = search([file]);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

const packages = readdirSync(PACKAGES).filter(name => existsSync(`${PACKAGES}${name}/src`));

const published = readdirSync(PACKAGES).filter(
  name => existsSync(`${PACKAGES}${name}/package.json`) && manifestOf(name).private !== true,
);

describe('the packages', () => {
  test('have the names of their folders', () => {
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

  test.each(published)('%s depends on no framework but its own', name => {
    const others = Object.entries(FRAMEWORKS).flatMap(([owner, names]) => (owner === name ? [] : names));
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

describe('the files of a package', () => {
  test.each(packages)('%s: none import each other in a circle', name => {
    expect(circleIn(filesImportedIn(name))).toBeUndefined();
  });

  test.each(packages)('%s: none is longer than 220 lines', name => {
    const lines = (file: string) =>
      readFileSync(`${PACKAGES}${name}/src/${file}`, 'utf8').split('\n').length - 1;
    expect(sourcesOf(name).filter(file => lines(file) > 220)).toEqual([]);
  });

  test.each(Object.entries(FLOORS))('%s: none imports from a floor above its own', (name, floors) => {
    const floorOf = (file: string) => {
      const alone = floors.findIndex(rooms => rooms.includes(file));
      if (alone !== -1) return alone;
      return floors.findIndex(rooms => rooms.includes(dirname(file).split('/')[0] as string));
    };
    const wrong: string[] = [];
    for (const [file, imports] of filesImportedIn(name)) {
      if (floorOf(file) === -1) wrong.push(`${file} is on no floor`);
      for (const imported of imports) {
        if (floorOf(imported) < floorOf(file)) wrong.push(`${file} imports ${imported}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a circular import is found, and shown as a path', () => {
    const imports = { a: ['b'], b: ['c', 'd'], c: [], d: ['b'] };
    expect(circleIn(new Map(Object.entries(imports)))).toEqual(['b', 'd', 'b']);
    expect(circleIn(new Map(Object.entries({ ...imports, d: ['c'] })))).toBeUndefined();
  });
});
