import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installInto, packInto } from './tarballs.js';

/** @typedef {import('./tarballs.js').Tarball} Tarball */

/**
 * What one package brings into `node_modules`, itself and its dependencies, but not the framework or client that is there.
 * @typedef {{ readonly name: string, readonly packages: number, readonly kilobytes: number }} InstallSize
 */

/**
 * Installs each package into a folder of its own and adds up its files.
 * @param {string} folder for these folders
 * @param {readonly Tarball[]} tarballs of all public packages
 * @returns {Promise<readonly InstallSize[]>}
 */
export async function installSizes(folder, tarballs) {
  /** @type {InstallSize[]} */
  const sizes = [];
  for (const tarball of tarballs) {
    const project = await mkdtemp(join(folder, 'size-'));
    const ours = tarballs.filter(each => each === tarball || tarball.needs.includes(each.name));
    await installInto(project, ours, [], ['--legacy-peer-deps']);
    sizes.push({ name: tarball.name, ...(await sizeOf(join(project, 'node_modules'))) });
  }
  return sizes;
}

/**
 * @param {string} modules a `node_modules`
 * @returns {Promise<Omit<InstallSize, 'name'>>}
 */
async function sizeOf(modules) {
  const paths = await readdir(modules, { recursive: true });
  const files = paths.filter(path => !path.startsWith('.'));
  const stats = await Promise.all(files.map(path => stat(join(modules, path))));
  const bytes = stats.filter(each => each.isFile()).reduce((sum, { size }) => sum + size, 0);
  const packages = files.filter(path =>
    /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path),
  ).length;
  return { packages, kilobytes: bytes / 1000 };
}

if (process.argv[1] === import.meta.filename) {
  const folder = await mkdtemp(join(tmpdir(), 'breaking-sizes-'));
  try {
    for (const { name, packages, kilobytes } of await installSizes(folder, await packInto(folder))) {
      console.log(`${name}: ${packages}, ${Math.round(kilobytes / 10) * 10} kB`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
