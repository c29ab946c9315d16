import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packInto } from './tarballs.js';

const run = promisify(execFile);
const matrix = fileURLToPath(new URL('matrix/', import.meta.url));
/** The folder with the type tests of the packages. */
const packages = fileURLToPath(new URL('../', import.meta.url));

/** @typedef {import('./tarballs.js').Tarball} Tarball */

/** The projects in `matrix`. Each uses the packages with one kind of tool. */
export const PROJECTS = readdirSync(matrix).filter(name => name !== 'shared');

/**
 * Installs the packed packages into copies of these projects, and runs each of their scripts whose name begins with
 * `test:`.
 * @param {readonly string[]} names
 * @param {(line: string) => void} say called with the result of each script
 * @returns {Promise<boolean>} whether all of them passed
 */
export async function runProjects(names, say) {
  const folder = await mkdtemp(join(tmpdir(), 'breaking-matrix-'));
  try {
    const tarballs = await packInto(folder);
    let passed = true;
    for (const name of names) passed = (await runProject(join(folder, name), name, tarballs, say)) && passed;
    return passed;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * @param {string} folder the folder for the copy
 * @param {string} name
 * @param {readonly Tarball[]} tarballs of all packages
 * @param {(line: string) => void} say
 */
async function runProject(folder, name, tarballs, say) {
  cpSync(join(matrix, name), folder, { recursive: true });
  const { breaking, sources = [], scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const path of sources) cpSync(join(matrix, path), join(folder, basename(path)), { recursive: true });
  for (const each of readdirSync(folder, { withFileTypes: true })) {
    if (each.isDirectory()) cpSync(join(matrix, 'shared'), join(folder, each.name), { recursive: true });
  }
  cpSync(join(matrix, 'shared'), folder, { recursive: true });
  await npm(
    folder,
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    ...neededBy(breaking, tarballs),
  );
  let passed = true;
  for (const script of Object.keys(scripts).filter(each => each.startsWith('test:'))) {
    const what = script.slice('test:'.length);
    const error = await npm(folder, 'run', '--silent', script).then(
      () => undefined,
      failure => failure,
    );
    say(error === undefined ? `${what}: passes` : `${what}: fails\n${error.stdout}${error.stderr}`);
    passed &&= error === undefined;
  }
  return passed;
}

/**
 * @param {string} cwd
 * @param {readonly string[]} args
 */
const npm = (cwd, ...args) =>
  run('npm', ['--loglevel=error', ...args], {
    cwd,
    env: { ...process.env, BREAKING_PACKAGES: packages },
    maxBuffer: 1e8,
    timeout: 900_000,
  });

/**
 * The tarballs of packages and of their dependencies.
 * @param {readonly string[]} names without the scope
 * @param {readonly Tarball[]} tarballs
 * @returns {readonly string[]} paths
 */
function neededBy(names, tarballs) {
  const needed = new Set(names.map(name => `@breaking/${name}`));
  for (const name of needed)
    for (const each of tarballs.find(one => one.name === name)?.needs ?? []) needed.add(each);
  return tarballs.filter(each => needed.has(each.name)).map(each => each.path);
}
