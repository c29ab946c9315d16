import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writePacked } from './pack.js';
import { publicPackages } from './publicPackages.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/**
 * The result of `pnpm pack` for a package. `needs` has the names of the workspace packages on which it depends.
 * @typedef {{
 *   readonly name: string, readonly path: string, readonly files: readonly string[], readonly needs: readonly string[],
 * }} Tarball
 */

/**
 * Packs every public package as for a release: the script `prepack` of each builds it first, in a separate process.
 * @param {string} folder the folder for the tarballs
 */
export const packInto = folder => packed(folder, []);

/**
 * Packs the same from the existing build, all packages in this process, which is several times as fast.
 * @param {string} folder the folder for the tarballs
 * @param {boolean} [withTypes] whether they contain declarations
 */
export async function packBuiltInto(folder, withTypes) {
  for (const each of publicPackages()) await writePacked(each.folder, withTypes);
  return packed(folder, ['--ignore-scripts']);
}

/**
 * @param {string} folder
 * @param {readonly string[]} flags flags of `pnpm pack`
 * @returns {Promise<readonly Tarball[]>}
 */
async function packed(folder, flags) {
  const published = publicPackages();
  const filters = published.map(each => `--filter=${each.manifest.name}`);
  const args = ['--recursive', ...filters, 'pack', '--json', ...flags, '--pack-destination', folder];
  const { stdout } = await run('npm', ['run', '--silent', 'pnpm', '--', ...args], {
    cwd: root,
    maxBuffer: 1e7,
  }).catch(error => {
    throw new Error(`pnpm cannot pack:\n${error.stdout}${error.stderr}`);
  });
  // What the build says, if anything, comes before the report.
  /** @type {readonly { name: string, filename: string, files: { path: string }[] }[]} */
  const report = JSON.parse(stdout.slice(stdout.search(/^\[$/m)));
  return report.map(({ name, filename, files }) => {
    const { dependencies = {} } = published.find(each => each.manifest.name === name)?.manifest ?? {};
    return {
      name,
      path: filename,
      files: files.map(file => file.path),
      needs: report.map(each => each.name).filter(each => each in dependencies),
    };
  });
}

/**
 * Installs packages into an empty folder, as `npm install` does for a user.
 * @param {string} folder
 * @param {readonly Tarball[]} tarballs
 * @param {readonly string[]} others names with ranges, from the registry
 * @param {readonly string[]} flags flags of `npm install`
 */
export async function installInto(folder, tarballs, others = [], flags = []) {
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const what = [...tarballs.map(each => each.path), ...others];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  await run('npm', ['install', ...quiet, ...flags, ...what], { cwd: folder });
}
