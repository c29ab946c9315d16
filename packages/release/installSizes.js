import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installInto, packBuiltInto } from './tarballs.js';

/**
 * What one package adds to `node_modules`: itself and its dependencies, without the framework or client.
 * @typedef {{ readonly name: string, readonly packages: number, readonly kilobytes: number }} InstallSize
 */

/**
 * Adds up the files of each of these packages and of its dependencies.
 * @param {string} folder the folder in which all of them are installed
 * @param {readonly string[]} names
 * @returns {Promise<readonly InstallSize[]>}
 */
export async function installSizes(folder, names) {
  const modules = join(folder, 'node_modules');
  return Promise.all(
    names.map(async name => {
      const all = [...(await closure(modules, name))];
      const sizes = await Promise.all(all.map(each => bytesIn(join(modules, each))));
      return { name, packages: all.length, kilobytes: sizes.reduce((sum, size) => sum + size, 0) / 1000 };
    }),
  );
}

/**
 * @param {string} modules a `node_modules` that contains each package once
 * @param {string} name
 * @returns {Promise<Set<string>>} the package and its dependencies, direct and indirect
 */
async function closure(modules, name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const { dependencies = {} } = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8'));
  for (const dependency of Object.keys(dependencies)) await closure(modules, dependency, seen);
  return seen;
}

/** @param {string} folder */
async function bytesIn(folder) {
  const paths = await readdir(folder, { recursive: true });
  const stats = await Promise.all(paths.map(path => stat(join(folder, path))));
  return stats.filter(each => each.isFile()).reduce((sum, { size }) => sum + size, 0);
}

if (process.argv[1] === import.meta.filename) {
  const folder = await mkdtemp(join(tmpdir(), 'breaking-sizes-'));
  try {
    const tarballs = await packBuiltInto(folder);
    await installInto(folder, tarballs, [], ['--legacy-peer-deps']);
    const names = tarballs.map(each => each.name);
    for (const { name, packages, kilobytes } of await installSizes(folder, names)) {
      console.log(`${name}: ${packages}, ${Math.round(kilobytes / 10) * 10} kB`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
